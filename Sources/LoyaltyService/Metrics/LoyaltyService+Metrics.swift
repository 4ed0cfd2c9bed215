import EventLog
import Foundation
import Logging
public import Loyalty
import Postgres

extension LoyaltyService {
    /// What a monitoring system wants to know of this server and its database. Figures that the database does not give
    /// at this moment are left out; `treue_database_up` says so.
    public func metrics(at now: Instant) async -> [MetricFamily] {
        var families = laneFigures.families
        families.append(
            .one("treue_queue_depth", .gauge, "Commands that wait or are under way.", .whole(Int64(depth))))
        families += poolFamilies
        do {
            families += try await followerFamilies(at: now)
            families += webhookFamilies(try await webhookBacklog(), at: now)
            families.append(.databaseUp(true))
        } catch {
            logger.debug("metrics of the database are missing", metadata: ["error": "\(error)"])
            families.append(.databaseUp(false))
        }
        return families
    }

    private var poolFamilies: [MetricFamily] {
        let statistics = client.statistics
        let lanes = statistics.lanes.enumerated().map { ($0.offset, $0.element) }
        func lane(_ number: Int) -> [MetricFamily.Label] { [.init("lane", String(number))] }
        return [
            MetricFamily(
                "treue_postgres_lane_depth", .gauge, "Statements that wait or run on a pipelined connection.",
                samples: lanes.map { .init(labels: lane($0), value: .whole(Int64($1.depth))) }),
            MetricFamily(
                "treue_postgres_lane_connected", .gauge, "Whether the pipelined connection stands.",
                samples: lanes.map { .init(labels: lane($0), value: .whole($1.isConnected ? 1 : 0)) }),
            MetricFamily(
                "treue_postgres_leases", .gauge, "Exclusive connections.",
                samples: [("held", statistics.heldLeases), ("idle", statistics.idleLeases)].map { state, count in
                    .init(labels: [.init("state", state)], value: .whole(Int64(count)))
                }),
            .one(
                "treue_postgres_lease_waiters", .gauge, "Callers that wait for an exclusive connection.",
                .whole(Int64(statistics.leaseWaiters))),
        ]
    }

    private func followerFamilies(at now: Instant) async throws -> [MetricFamily] {
        let store = FollowerStore(log: log)
        var statuses: [FollowerStatus] = []
        for name in try await store.names(on: client) { statuses.append(try await store.status(of: name, on: client)) }
        func family(
            _ name: String, _ help: String, _ value: (FollowerStatus) -> MetricFamily.Value
        ) -> MetricFamily {
            MetricFamily(
                name, .gauge, help,
                samples: statuses.map { .init(labels: [.init("follower", $0.name)], value: value($0)) })
        }
        let events = try await log.heads(on: client).reduce(Int64(0)) { $0 + $1.position }
        return [
            .one("treue_log_events", .gauge, "Events in the log.", .whole(events)),
            family("treue_follower_lag_events", "Events that a follower has not taken yet.") { .whole($0.lagEvents) },
            family("treue_follower_lag_seconds", "Age of the oldest event that a follower has not taken yet.") {
                .micros($0.lagMicros(at: now.micros))
            },
            family("treue_follower_stopped_partitions", "Partitions that stand still before an event.") {
                .whole(Int64($0.stopped))
            },
            family("treue_follower_running", "Whether any server follows.") { .whole($0.state == .idle ? 0 : 1) },
        ]
    }

    private func webhookFamilies(_ backlogs: [WebhookBacklog], at now: Instant) -> [MetricFamily] {
        func family(
            _ name: String, _ help: String, _ value: (WebhookBacklog) -> MetricFamily.Value
        ) -> MetricFamily {
            MetricFamily(
                name, .gauge, help,
                samples: backlogs.map {
                    .init(labels: [.init("endpoint", $0.endpoint.uuidString.lowercased())], value: value($0))
                })
        }
        return [
            family("treue_webhook_pending", "Messages that wait for an endpoint.") { .whole($0.pending) },
            family("treue_webhook_oldest_pending_seconds", "Age of the oldest message that waits.") { backlog in
                .micros(backlog.oldestAt.map { max(0, now.micros - $0.micros) } ?? 0)
            },
            family("treue_webhook_dead", "Messages that were given up and can be replayed.") { .whole($0.dead) },
        ]
    }
}

extension MetricFamily {
    fileprivate static func databaseUp(_ isUp: Bool) -> MetricFamily {
        .one("treue_database_up", .gauge, "Whether the database answers.", .whole(isUp ? 1 : 0))
    }
}

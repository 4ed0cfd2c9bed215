import EventLog
import Foundation
import Logging
public import Loyalty
import Postgres
import Synchronization
import Wire

/// Once a day looks at every member for dates that come near: points that expire, tiers that end, birthdays. At a bounded
/// pace, a page a transaction, so that it can be cut off at any point and goes on there; only while an endpoint wants
/// such events. Of several servers one at a time takes a page.
public final class WebhookDates: Sendable {
    enum Step: Equatable {
        /// Nobody wants to know, or today is done.
        case idle
        /// A page was looked at; there are more.
        case more(members: Int)
    }

    private let service: LoyaltyService
    private let clock: @Sendable () -> Instant
    private let stop: AsyncStream<Void>
    private let stopper: AsyncStream<Void>.Continuation
    private let ids = UUIDv7Generator()
    /// How often it looks whether a new day has begun, or somebody wants to know now.
    private static let idleInterval = Duration.seconds(15)

    public init(service: LoyaltyService, clock: @escaping @Sendable () -> Instant) {
        (self.service, self.clock) = (service, clock)
        (stop, stopper) = AsyncStream.makeStream()
    }

    /// No further page; ``run()`` returns.
    public func shutdown() { stopper.finish() }

    /// Looks until ``shutdown()``. May be called once.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.loop() }
            for await _ in stop {}
            group.cancelAll()
        }
    }

    private func loop() async {
        while !Task.isCancelled {
            var pause = Self.idleInterval
            do {
                if case .more(let members) = try await step() {
                    pause = members == 0 ? .zero : service.webhooks.scanInterval
                }
            } catch {
                service.logger.warning("dates were not looked at", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: pause)
        }
    }

    private static let begin: PostgresStatement = """
        INSERT INTO treue.webhook_scan (programme, day, partition) VALUES ($1, $2::text::date, 0) ON CONFLICT DO NOTHING
        """
    private static let take: PostgresStatement = """
        SELECT to_char(day, 'YYYY-MM-DD'), partition, after_member FROM treue.webhook_scan
         WHERE programme = $1 FOR UPDATE SKIP LOCKED
        """
    private static let accounts: PostgresStatement = """
        SELECT member_id, state FROM treue.account
         WHERE partition = $1 AND ($2::uuid IS NULL OR member_id > $2) ORDER BY member_id LIMIT $3
        """
    private static let note: PostgresStatement = """
        UPDATE treue.webhook_scan SET day = $2::text::date, partition = $3, after_member = $4::uuid WHERE programme = $1
        """

    /// Looks at one page.
    func step() async throws -> Step {
        let now = clock()
        let programme = service.programme
        let today = programme.zone.date(of: now)
        return try await service.client.withLease { lease in
            let endpoints = try await WebhookEndpointStore().endpoints(at: now, on: lease).filter(\.wantsDates)
            guard !endpoints.isEmpty else { return .idle }
            return try await lease.transaction {
                _ = try await lease.query(Self.begin, [.text(programme.id), .text(today.description)])
                guard let row = try await lease.query(Self.take, [.text(programme.id)]).first else { return .idle }
                let isToday = try row.text(0) == today.description
                let partition = isToday ? try row.int4(1) : 0
                guard partition < service.log.partitions else { return .idle }
                let after = isToday ? try row.optionalUUID(2) : nil
                let page = try await lease.query(
                    Self.accounts,
                    [.int4(partition), after.map { .uuid($0) } ?? .null, .int8(Int64(service.webhooks.scanPage))])
                let members = try page.map { try (id: $0.uuid(0), state: $0.bytes(1)) }
                let notices = DateNotices(
                    programme: programme, today: today, now: now, noticeDays: min(40, service.webhooks.noticeDays))
                try await tell(members, notices, to: endpoints, on: lease)
                let isLast = members.count < service.webhooks.scanPage
                _ = try await lease.query(
                    Self.note,
                    [
                        .text(programme.id), .text(today.description), .int4(isLast ? partition + 1 : partition),
                        isLast ? .null : members.last.map { .uuid($0.id) } ?? .null,
                    ])
                return .more(members: members.count)
            }
        }
    }

    private func tell(
        _ members: [(id: UUID, state: [UInt8])], _ notices: DateNotices, to endpoints: [WebhookEndpoint],
        on lease: PostgresLease
    ) async throws {
        let birthdays = try await birthdays(of: members.map(\.id), for: endpoints, on: lease)
        var new: [WebhookDeliveryStore.New] = []
        for (id, state) in members {
            for notice in try notices.notices(for: try StateCodec.decode(state), birthday: birthdays[id]) {
                let wanting = endpoints.filter { $0.wants(notice.type) }
                guard !wanting.isEmpty else { continue }
                let name = notice.type.rawValue.replacing(".", with: "_")
                let envelope = WebhookEnvelope(
                    id: "\(name)_\(UUIDText.text(id))_\(notice.mark)", type: notice.type, member: id,
                    timeMicros: notices.now.micros, members: notice.members)
                let body = envelope.body(source: WebhookConsumer.source(of: service.log))
                new += wanting.map { endpoint in
                    WebhookDeliveryStore.New(
                        id: ids.next(nowMicros: notices.now.micros), endpoint: endpoint.id, member: id,
                        messageID: envelope.id, type: notice.type, body: body)
                }
            }
        }
        // Longer than any notice is ahead of its date: its row is what keeps it from being told again.
        let keepUntil = Instant(micros: notices.now.micros + Self.keepMicros)
        try await WebhookDeliveryStore().insert(new, at: notices.now, keepUntil: keepUntil, on: lease)
    }

    private static let keepMicros: Int64 = 45 * 86_400_000_000

    /// Only where somebody wants to know: each has to be unsealed.
    private func birthdays(
        of members: [UUID], for endpoints: [WebhookEndpoint], on lease: PostgresLease
    ) async throws -> [UUID: CivilDate] {
        guard endpoints.contains(where: { $0.wants(.memberBirthday) }) else { return [:] }
        var birthdays: [UUID: CivilDate] = [:]
        for row in try await MemberVault(log: service.log).rows(of: members, on: lease) {
            let plain = try service.keys.open(row.sealed.profile, dataKey: row.sealed.dataKey, for: row.member)
            birthdays[row.member] = try Profile(decoding: plain).birthday
        }
        return birthdays
    }
}

extension WebhookEndpoint {
    fileprivate var wantsDates: Bool { isEnabled && WebhookEventType.ofDates.contains { wants($0) } }
}

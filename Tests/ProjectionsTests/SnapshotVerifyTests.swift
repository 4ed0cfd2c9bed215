import EventLog
import Foundation
import Postgres
import Testing

@testable import Projections

@Suite("verifying snapshots")
struct SnapshotVerifyTests {
    /// What is done to a snapshot of version 4, where there is one after every second event.
    static let damage = [
        "SET state = state || ' '::bytea", "SET version = 5", "SET version = 99",
        "SET latest = latest - interval '1 s'", "SET earliest = earliest - interval '1 s'",
        "SET recorded_at = recorded_at + interval '1 us'",
    ]

    @Test("each kind of damage is named with member and event, and a rebuild mends it", arguments: damage)
    func named(damage: String) async throws {
        try await Server.with { server async throws in
            var member: UUID?
            for day in 1...6 { member = await server.buys("m", "\(day)", daysAgo: Int64(20 - day)) }
            _ = await server.buys("other", "o")
            let id = try #require(member)
            try await server.keepSnapshots()
            #expect(try await server.projection.verify().count == 0)
            try await server.tamper("UPDATE treue.snapshot \(damage) WHERE member_id = '\(id)' AND version = 4")
            let found = try await server.projection.verify()
            #expect(!found.accounts.isEmpty)
            #expect(found.accounts.allSatisfy { $0.kind == .snapshot && $0.member == id })
            #expect(found.accounts.contains { [4, 5, 99].contains($0.version) })
            #expect(found.accounts.first?.description.contains("rebuild") == true)
            _ = try await server.projection.rebuild()
            try await server.keepSnapshots()
            #expect(try await server.projection.verify().count == 0)
            #expect(try await server.number("SELECT count(*) FROM treue.snapshot WHERE member_id = '\(id)'") >= 6)
        }
    }

    @Test("the follower may be behind, but one that is missing between others is named by the next")
    func missing() async throws {
        try await Server.with { server async throws in
            for day in 1...6 { _ = await server.buys("m", "\(day)", daysAgo: Int64(20 - day)) }
            try await server.keepSnapshots()
            let last = try await server.number("SELECT max(version) FROM treue.snapshot")
            try await server.tamper("DELETE FROM treue.snapshot WHERE version = \(last)")
            #expect(try await server.projection.verify().count == 0)
            try await server.tamper("DELETE FROM treue.snapshot WHERE version = 4")
            #expect(try await server.projection.verify().accounts.map(\.version) == [6])
        }
    }
}

extension Server {
    /// Hands the log to the follower from where it stands.
    fileprivate func keepSnapshots() async throws {
        let consumer = SnapshotConsumer(log: log, stride: 2)
        for partition in 0..<log.partitions {
            let events = try await log.read(partition: partition, after: 0, limit: 1_000, on: client)
            guard !events.isEmpty else { continue }
            try await client.withLease { lease in
                try await lease.transaction { try await consumer.handle(events, on: lease) }
            }
        }
    }
}

import EventLog
import Foundation
import Postgres
import Synchronization
import Testing

@Suite("log verification")
struct LogVerifierTests {
    /// What is done behind the server's back to one partition, at position 3 of 6, and what must be found there.
    struct Damage: Sendable {
        let name: String
        /// `$p` stands for the partition.
        let sql: String
        let findings: [(position: Int64, kind: LogFinding.Kind)]

        init(_ name: String, _ sql: String, _ findings: (Int64, LogFinding.Kind)...) {
            self.name = name
            self.sql = sql
            self.findings = findings.map { (position: $0.0, kind: $0.1) }
        }
    }

    private static let third = "WHERE partition = $p AND position = 3"

    static let damages: [Damage] =
        [
            ("data by one byte", "data = overlay(data::text placing '9' from 12 for 1)::json"),
            ("a blank in data", "data = (data::text || ' ')::json"), ("metadata", "metadata = '{}'"),
            ("the type", "type = type || '2'"), ("the stream's type", "stream_type = 'reward'"),
            ("business time by a microsecond", "occurred_at = occurred_at + interval '1 microsecond'"),
            ("record time", "recorded_at = recorded_at - interval '1 day'"), ("the key", "key = '\\xffff'"),
            ("the content hash", "content_hash = '\\x02'"), ("the subject", "subject = '\\x03'"),
            ("the hash", "hash = sha256(hash)"),
        ].map { Damage("changed: \($0.0)", "UPDATE treue.event SET \($0.1) \(third)", (3, .hashMismatch)) } + [
            Damage("deleted: an event", "DELETE FROM treue.event \(third)", (3, .gap), (4, .versionGap)),
            Damage(
                "deleted: the first event", "DELETE FROM treue.event WHERE partition = $p AND position = 1",
                (1, .gap), (2, .versionGap)),
            Damage(
                "deleted: the last event", "DELETE FROM treue.event WHERE partition = $p AND position = 6", (6, .gap)),
            Damage("deleted: all events", "DELETE FROM treue.event WHERE partition = $p", (1, .gap)),
            Damage(
                "swapped: two events' contents",
                """
                UPDATE treue.event AS e SET data = o.data, occurred_at = o.occurred_at FROM treue.event AS o
                 WHERE e.partition = $p AND o.partition = $p AND (e.position, o.position) IN ((3, 4), (4, 3))
                """, (3, .hashMismatch), (4, .hashMismatch)),
            Damage(
                "swapped: two events' places",
                """
                UPDATE treue.event SET position = 1000 \(third);
                UPDATE treue.event SET position = 3 WHERE partition = $p AND position = 4;
                UPDATE treue.event SET position = 4 WHERE partition = $p AND position = 1000;
                """, (3, .hashMismatch), (3, .versionGap), (4, .hashMismatch), (5, .hashMismatch)),
            Damage(
                "inserted: an event beyond the head",
                """
                INSERT INTO treue.event SELECT 7, 7, occurred_at, recorded_at, partition, stream_id, stream_type, type,
                       NULL, NULL, NULL, sha256('x'), data, metadata FROM treue.event \(third)
                """, (7, .hashMismatch), (7, .headMismatch)),
            Damage(
                "the version", "UPDATE treue.event SET version = 9 WHERE partition = $p AND position = 6",
                (6, .hashMismatch), (6, .versionGap)),
            Damage(
                "the head's hash", "UPDATE treue.head SET hash = sha256(hash) WHERE partition = $p",
                (6, .headMismatch)),
            Damage("the head too far", "UPDATE treue.head SET position = 8 WHERE partition = $p", (7, .gap)),
            Damage("the head behind", "UPDATE treue.head SET position = 5 WHERE partition = $p", (6, .headMismatch)),
            Damage("the head gone", "DELETE FROM treue.head WHERE partition = $p", (6, .headMismatch)),
            Damage(
                "taken away: the key", "UPDATE treue.event SET key = NULL WHERE partition = $p AND position = 1",
                (1, .hashMismatch)),
            Damage(
                "taken away: the content hash",
                "UPDATE treue.event SET content_hash = NULL WHERE partition = $p AND position = 1", (1, .hashMismatch)),
            Damage(
                "taken away: the metadata",
                "UPDATE treue.event SET metadata = NULL WHERE partition = $p AND position = 1", (1, .hashMismatch)),
            Damage("added: a key", "UPDATE treue.event SET key = '\\xabcdef' \(third)", (3, .hashMismatch)),
            Damage(
                "copied: another event's hash",
                """
                UPDATE treue.event AS e SET hash = o.hash FROM treue.event AS o
                 WHERE e.partition = $p AND e.position = 3 AND o.partition = $p AND o.position = 4
                """, (3, .hashMismatch)),
            Damage(
                "swapped: two versions",
                """
                UPDATE treue.event SET version = 1000 \(third);
                UPDATE treue.event SET version = 3 WHERE partition = $p AND position = 4;
                UPDATE treue.event SET version = 4 WHERE partition = $p AND position = 3;
                """, (3, .hashMismatch), (3, .versionGap), (4, .hashMismatch)),
            Damage(
                "given to another stream",
                """
                UPDATE treue.event SET stream_id = '00000000-0000-0000-0000-000000000001' \(third)
                """, (3, .hashMismatch), (3, .versionGap), (3, .wrongPartition), (4, .versionGap)),
            Damage(
                "the head back to nothing",
                """
                UPDATE treue.head SET position = 0 WHERE partition = $p
                """, (1, .headMismatch)),
        ]

    @Test("each damage is named by partition and position, and nothing else is")
    func named() async throws {
        try await LogFixture.with(partitions: Self.damages.count + 2) { fixture in
            // Damage n happens to the only stream of partition n; the partitions after the last stay whole.
            let streams = (0..<fixture.log.partitions).map { partition in stream(in: partition, of: fixture.log) }
            let appends = streams.enumerated().map { StreamAppend.some(6, to: $1, key: [UInt8($0)]) }
            _ = try await fixture.log.append(appends, recordedAtMicros: LogFixture.now, on: fixture.client)
            try await fixture.expectWhole()
            for (partition, damage) in Self.damages.enumerated() {
                try await fixture.tamper(damage.sql.replacingOccurrences(of: "$p", with: "\(partition)"))
            }
            let verification = try await fixture.client.withLease {
                try await LogVerifier(log: fixture.log).verify(on: $0)
            }
            #expect(!verification.isClean)
            let found = Dictionary(grouping: verification.findings, by: \.partition)
            for (partition, damage) in Self.damages.enumerated() {
                let places = found[partition, default: []].map { "\($0.position) \($0.kind.rawValue)" }
                let expected = damage.findings.map { "\($0.position) \($0.kind.rawValue)" }
                #expect(places.sorted() == expected.sorted(), "\(damage.name)")
            }
            #expect(found.keys.allSatisfy { $0 < Self.damages.count })
        }
    }

    private func stream(in partition: Int, of log: EventLog) -> UUID {
        var stream = UUID()
        while log.partition(of: stream) != partition {
            stream = UUID()
        }
        return stream
    }

    @Test("an event in the wrong partition is named")
    func wrongPartition() async throws {
        try await LogFixture.with { fixture in
            let stream = UUID()
            _ = try await fixture.append(.some(1, to: stream))
            let stray = (fixture.log.partition(of: stream) + 1) % fixture.log.partitions
            try await fixture.tamper("UPDATE treue.event SET partition = \(stray)")
            let findings = try await fixture.client.withLease {
                try await LogVerifier(log: fixture.log).verify(on: $0).findings
            }
            #expect(findings.contains { $0.partition == stray && $0.kind == .wrongPartition && $0.position == 1 })
        }
    }

    @Test("appends that go on meanwhile are no damage")
    func whileAppending() async throws {
        try await LogFixture.with { fixture in
            let streams = (0..<fixture.log.partitions).map { stream(in: $0, of: fixture.log) }
            let isVerified = Mutex(false)
            async let batches = {
                var version: Int64 = 0
                while !isVerified.withLock({ $0 }) {
                    let batch = streams.map { StreamAppend.some(1, to: $0, after: version) }
                    _ = try await fixture.log.append(batch, recordedAtMicros: 0, on: fixture.client)
                    version += 1
                }
                return version
            }()
            for _ in 0..<5 {
                let verification = try await fixture.client.withLease {
                    try await LogVerifier(log: fixture.log).verify(on: $0)
                }
                #expect(verification.findings.isEmpty)
            }
            isVerified.withLock { $0 = true }
            let appended = try await batches
            #expect(appended > 0)
            try await fixture.expectWhole()
        }
    }

    @Test("no more findings are kept than asked for, and progress comes to the end")
    func bounded() async throws {
        try await LogFixture.with { fixture in
            let streams = (0..<30).map { _ in StreamAppend.some(2, to: UUID()) }
            _ = try await fixture.log.append(streams, recordedAtMicros: 0, on: fixture.client)
            try await fixture.tamper("UPDATE treue.event SET data = '{}'")
            var last: LogVerificationProgress?
            let verification = try await fixture.client.withLease { lease in
                try await LogVerifier(log: fixture.log, maximumFindings: 5).verify(on: lease) { last = $0 }
            }
            #expect(verification.findings.count == 5)
            #expect(verification.isTruncated)
            #expect(last?.total == 60)
        }
    }
}

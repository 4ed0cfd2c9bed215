import Crypto
import EventLog
import Foundation
import Postgres
import Testing

@Suite("checkpoints of the log")
struct CheckpointTests {
    private func verify(
        _ fixture: LogFixture, against checkpoint: LogCheckpoint
    ) async throws -> LogVerification {
        let verifier = try LogVerifier(log: fixture.log, against: checkpoint)
        return try await fixture.client.withLease { try await verifier.verify(on: $0) }
    }

    private func stream(in partition: Int, of log: EventLog) -> UUID {
        var stream = UUID()
        while log.partition(of: stream) != partition { stream = UUID() }
        return stream
    }

    /// Computes every link of a partition anew and moves the head along: what somebody does who knows how it works.
    private static let recompute = """
        DO $$ DECLARE e record; chain bytea;
        BEGIN
            SELECT sha256(uuid_send(id) || int4send($p)) INTO chain FROM treue.log;
            FOR e IN SELECT * FROM treue.event WHERE partition = $p ORDER BY position LOOP
                SELECT sha256(chain || int8send(e.position) || treue.event_digest(x)) INTO chain
                  FROM treue.event AS x WHERE x.partition = $p AND x.position = e.position;
                UPDATE treue.event SET hash = chain WHERE partition = $p AND position = e.position;
            END LOOP;
            UPDATE treue.head SET hash = chain,
                   position = coalesce((SELECT max(position) FROM treue.event WHERE partition = $p), 0)
             WHERE partition = $p;
        END $$;
        """

    /// Damage that the log alone cannot show, because every link has been computed anew, and where the checkpoint finds it.
    static let damages: [(name: String, sql: String, position: Int64)] = [
        ("data changed", "UPDATE treue.event SET data = '{}' WHERE partition = $p AND position = 3;", 6),
        ("the last event changed", "UPDATE treue.event SET type = 'x' WHERE partition = $p AND position = 6;", 6),
        (
            "the first event's time changed",
            "UPDATE treue.event SET occurred_at = occurred_at - interval '1 year' WHERE partition = $p AND position = 1;",
            6
        ),
        ("a key taken away", "UPDATE treue.event SET key = NULL WHERE partition = $p AND position = 1;", 6),
        ("the tail cut off with its head", "DELETE FROM treue.event WHERE partition = $p AND position > 4;", 5),
        ("everything cut off with its head", "DELETE FROM treue.event WHERE partition = $p;", 1),
        (
            "the tail cut off and another appended",
            """
            DELETE FROM treue.event WHERE partition = $p AND position = 6;
            INSERT INTO treue.event SELECT 6, 6, occurred_at, recorded_at, partition, stream_id, stream_type, type, NULL,
                   NULL, NULL, hash, '{"points":1000000}', NULL FROM treue.event WHERE partition = $p AND position = 5;
            """, 6
        ),
        (
            "an event put in between",
            """
            UPDATE treue.event SET position = position + 100, version = version + 100 WHERE partition = $p AND position > 3;
            INSERT INTO treue.event SELECT 4, 4, occurred_at, recorded_at, partition, stream_id, stream_type, type, NULL,
                   NULL, NULL, hash, data, NULL FROM treue.event WHERE partition = $p AND position = 3;
            UPDATE treue.event SET position = position - 99, version = version - 99 WHERE partition = $p AND position > 100;
            """, 6
        ),
    ]

    @Test("what somebody changed who computed every hash anew is found by a checkpoint, and by nothing else")
    func recomputed() async throws {
        try await LogFixture.with { fixture in
            let streams = (0..<fixture.log.partitions).map { stream(in: $0, of: fixture.log) }
            let appends = streams.enumerated().map { StreamAppend.some(6, to: $1, key: [UInt8($0)]) }
            _ = try await fixture.log.append(appends, recordedAtMicros: LogFixture.now, on: fixture.client)
            let checkpoint = try await fixture.log.checkpoint(atMicros: LogFixture.now, on: fixture.client)
            // What comes after it is none of its business.
            let later = streams.map { StreamAppend.some(2, to: $0, after: 6) }
            _ = try await fixture.log.append(Array(later.suffix(8)), recordedAtMicros: 0, on: fixture.client)
            #expect(try await verify(fixture, against: checkpoint).isClean)
            for (partition, damage) in Self.damages.enumerated() {
                let sql = "\(damage.sql) \(Self.recompute)".replacingOccurrences(of: "$p", with: "\(partition)")
                try await fixture.tamper(sql)
            }
            try await fixture.expectWhole()
            let found = try await verify(fixture, against: checkpoint).findings
            #expect(found.map(\.kind).allSatisfy { $0 == .checkpointMismatch })
            #expect(found.map(\.partition) == Array(Self.damages.indices))
            #expect(found.map(\.position) == Self.damages.map(\.position))
        }
    }

    @Test("a log that was empty then is whole with whatever came since")
    func empty() async throws {
        try await LogFixture.with { fixture in
            let checkpoint = try await fixture.log.checkpoint(atMicros: 0, on: fixture.client)
            _ = try await fixture.append(.some(3, to: UUID()))
            #expect(try await verify(fixture, against: checkpoint).isClean)
            let short = LogCheckpoint(log: fixture.log.id, takenAtMicros: 0, heads: Array(checkpoint.heads.dropLast()))
            #expect(try await verify(fixture, against: short).findings.map(\.kind) == [.checkpointMismatch])
        }
    }

    @Test("one of another log is refused, and one that was changed after it was signed proves nothing")
    func signed() throws {
        let key = Curve25519.Signing.PrivateKey()
        let trusted = Array(key.publicKey.rawRepresentation)
        let head = LogHead(partition: 0, position: 9, hash: [1, 2, 3])
        let checkpoint = LogCheckpoint(log: UUID(), takenAtMicros: 7, heads: [head])
        let signed = try SignedCheckpoint(signing: checkpoint, with: key)
        #expect(try signed.opened(with: trusted) == checkpoint)
        let log = EventLog(id: UUID(), partitions: 1)
        #expect(throws: CheckpointFault.otherLog(found: checkpoint.log)) {
            try LogVerifier(log: log, against: checkpoint)
        }
        let stranger = Array(Curve25519.Signing.PrivateKey().publicKey.rawRepresentation)
        #expect(throws: CheckpointFault.otherKey) { try signed.opened(with: stranger) }
        let changes: [LogCheckpoint] = [
            .init(log: checkpoint.log, takenAtMicros: 8, heads: [head]),
            .init(log: UUID(), takenAtMicros: 7, heads: [head]),
            .init(log: checkpoint.log, takenAtMicros: 7, heads: []),
            .init(log: checkpoint.log, takenAtMicros: 7, heads: [.init(partition: 0, position: 8, hash: [1, 2, 3])]),
            .init(log: checkpoint.log, takenAtMicros: 7, heads: [.init(partition: 0, position: 9, hash: [1, 2, 4])]),
        ]
        for changed in changes {
            let forged = SignedCheckpoint(
                checkpoint: changed, publicKey: signed.publicKey, signature: signed.signature)
            #expect(throws: CheckpointFault.notSigned) { try forged.opened(with: trusted) }
        }
    }
}

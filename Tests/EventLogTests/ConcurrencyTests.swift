import EventLog
import Foundation
import Postgres
import Testing

@Suite("concurrent appends")
struct ConcurrencyTests {
    @Test("positions stay dense while eight appenders write overlapping streams")
    func overlappingStreams() async throws {
        try await LogFixture.with(leases: 9) { fixture in
            var generator = SeededGenerator(state: 1)
            let streams = (0..<24).map { _ in generator.uuid() }
            let total = try await withThrowingTaskGroup(of: Int.self) { group in
                for appender in 0..<8 {
                    group.addTask { try await appendBatches(to: streams, seed: UInt64(appender), fixture) }
                }
                return try await group.reduce(0, +)
            }
            #expect(total > 0)
            #expect(try await fixture.number("SELECT count(*) FROM treue.event") == Int64(total))
            #expect(
                try await fixture.number(
                    """
                    SELECT count(*) FROM treue.account AS a
                      FULL JOIN (SELECT stream_id, max(version) AS version FROM treue.event GROUP BY 1) AS e
                        ON e.stream_id = a.member_id
                     WHERE a.version IS DISTINCT FROM e.version
                    """) == 0)
            try await fixture.expectWhole()
        }
    }

    /// Forty batches of up to eight streams, each at the version this appender believes in.
    private func appendBatches(to streams: [UUID], seed: UInt64, _ fixture: LogFixture) async throws -> Int {
        var generator = SeededGenerator(state: seed &+ 100)
        var versions: [UUID: Int64] = [:]
        var appended = 0
        try await fixture.client.withLease { lease in
            for _ in 0..<40 {
                let batch = streams.shuffled(using: &generator).prefix(Int.random(in: 1...8, using: &generator))
                    .map { StreamAppend.some(2, to: $0, after: versions[$0] ?? 0, state: [UInt8(seed)]) }
                let outcomes = try await fixture.log.append(batch, recordedAtMicros: LogFixture.now, on: lease)
                for (append, outcome) in zip(batch, outcomes) {
                    switch outcome {
                    case .appended(_, _, let version):
                        versions[append.stream] = version
                        appended += 2
                    case .refused(.version(let current)):
                        versions[append.stream] = current
                    case .refused(let refusal):
                        Issue.record("\(refusal)")
                    }
                }
            }
        }
        return appended
    }

    @Test("a key that two connections write in different partitions at once is taken once")
    func keyRace() async throws {
        try await LogFixture.with { fixture in
            let first = UUID()
            let second = otherPartition(than: first, fixture.log)
            try await fixture.client.withLease { lease in
                var waiting: Task<[AppendOutcome], any Error>?
                try await lease.transaction {
                    let append = StreamAppend.some(1, to: first, key: [4, 2])
                    let outcomes = try await fixture.log.append([append], recordedAtMicros: 0, on: lease)
                    #expect(outcomes[0].isAppended)
                    waiting = Task {
                        try await fixture.log.append(
                            [.some(1, to: second, key: [4, 2]), .some(1, to: UUID())], recordedAtMicros: 0,
                            on: fixture.client)
                    }
                    try await untilSomebodyWaits(fixture)
                }
                let outcomes = try #require(try await waiting?.value)
                guard case .refused(.key([4, 2], let by)) = outcomes[0] else {
                    Issue.record("\(outcomes[0])")
                    return
                }
                #expect(by.stream == first)
                #expect(outcomes[1].isAppended)
            }
            try await fixture.expectWhole()
        }
    }

    @Test("keys that two connections take in opposite order are taken once each")
    func crossedKeys() async throws {
        try await LogFixture.with(leases: 6) { fixture in
            for round in UInt8(0)..<20 {
                let batches = (0..<4).map { number in
                    let keys: [[UInt8]] = number % 2 == 0 ? [[round, 1], [round, 2]] : [[round, 2], [round, 1]]
                    return keys.map { StreamAppend.some(1, to: UUID(), key: $0) }
                }
                let taken = try await withThrowingTaskGroup(of: Int.self) { group in
                    for batch in batches {
                        group.addTask {
                            try await fixture.client.withLease { lease in
                                try await fixture.log.append(batch, recordedAtMicros: 0, on: lease)
                                    .count { $0.isAppended }
                            }
                        }
                    }
                    return try await group.reduce(0, +)
                }
                #expect(taken == 2)
            }
            try await fixture.expectWhole()
        }
    }

    private func otherPartition(than stream: UUID, _ log: EventLog) -> UUID {
        var other = UUID()
        while log.partition(of: other) == log.partition(of: stream) {
            other = UUID()
        }
        return other
    }

    /// Until another connection of this database waits for a lock.
    private func untilSomebodyWaits(_ fixture: LogFixture) async throws {
        let waiting: PostgresStatement = """
            SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'
            """
        while try await fixture.client.query(waiting)[0].int8(0) == 0 {
            await Task.yield()
        }
    }
}

import Foundation
import Postgres
import Testing

@testable import EventLog

@Suite("reading the log")
struct ReadTests {
    @Test("a follower reads each partition on from its checkpoint, and COPY gives the same")
    func followAndCopy() async throws {
        try await LogFixture.with { fixture in
            let streams = (0..<200).map { StreamAppend.some($0 % 4 + 1, to: UUID()) }
            _ = try await fixture.log.append(streams, recordedAtMicros: LogFixture.now, on: fixture.client)
            var followed: [RecordedEvent] = []
            for head in try await fixture.log.heads(on: fixture.client) {
                var position: Int64 = 0
                while position < head.position {
                    let next = try await fixture.log.read(
                        partition: head.partition, after: position, limit: 3, on: fixture.client)
                    followed += next
                    position = try #require(next.last?.position)
                }
            }
            #expect(followed.count == 500)
            var copied: [RecordedEvent] = []
            var largest = 0
            try await fixture.client.withLease { lease in
                try await fixture.log.copyOut(partitions: 0..<8, batch: 4, on: lease) { events in
                    largest = max(largest, events.count)
                    copied += events
                }
            }
            #expect(copied == followed)
            #expect(largest == 4)
        }
    }

    @Test(
        "what a stream has about a subject is found by an index that the planner knows, others' of that name left out")
    func subjects() async throws {
        try await LogFixture.with { fixture in
            let (ann, bob) = (UUID(), UUID())
            _ = try await fixture.append(.some(1, to: ann, subject: [7]), .some(2, to: bob, subject: [7]))
            _ = try await fixture.client.query(
                """
                INSERT INTO treue.event (position, version, occurred_at, recorded_at, partition, stream_id, stream_type, type,
                                         subject, hash, data)
                SELECT 1000 + n, 1, now(), now(), 0, gen_random_uuid(), 'member', 'bought', '\\x07', '\\x00', '{}'
                  FROM generate_series(1, 20000) AS n
                """)
            _ = try await fixture.client.query("ANALYZE treue.event")
            let plan = try await fixture.client.query(
                """
                EXPLAIN SELECT FROM treue.event
                 WHERE treue.subject_hash(stream_id, subject) = treue.subject_hash(gen_random_uuid(), '\\x07')
                   AND subject IS NOT NULL
                """)
            let first = try plan[0].text(0)
            #expect(first.contains("rows=1 "), "\(first)")
            // What a log of 50 million events makes the planner believe.
            try await fixture.client.withLease { lease in
                try await lease.execute("SET random_page_cost = 1000")
                for share in StreamShare.all(3) + StreamShare.all(1) {
                    let plan = try await fixture.plan(of: share, on: lease)
                    #expect(plan.contains("Index Scan using event_pkey") && !plan.contains("Sort"), "\(plan)")
                }
                try await lease.execute("RESET random_page_cost")
            }
            try await fixture.client.withLease { lease in
                let before = try await fixture.rowsRead(of: "event", by: lease)
                let wanted = [ann, bob, UUID()].map { StreamSubject(stream: $0, subject: [7]) }
                let found = try await fixture.log.events(about: wanted, on: lease)
                #expect(found.mapValues { $0.map(\.version) } == [ann: [1], bob: [1, 2]])
                #expect(try await fixture.rowsRead(of: "event", by: lease) - before < 100)
            }
        }
    }

    @Test("shares have each event of the log once, and the database takes a stream for the share that holds it")
    func shares() async throws {
        try await LogFixture.with { fixture in
            let streams = (0..<200).map { StreamAppend.some($0 % 4 + 1, to: UUID()) }
            _ = try await fixture.log.append(streams, recordedAtMicros: LogFixture.now, on: fixture.client)
            for count in [1, 3, 1_000] {
                var versions: [UUID: [Int64]] = [:]
                try await fixture.client.withLease { lease in
                    for share in StreamShare.all(count) {
                        try await fixture.log.copyOut(partitions: [0, 1], of: share, on: lease) { events in
                            #expect(events.allSatisfy { share.holds($0.stream) })
                            for event in events { versions[event.stream, default: []].append(event.version) }
                        }
                    }
                }
                let wanted = streams.filter { fixture.log.partition(of: $0.stream) < 2 }
                #expect(versions.count == wanted.count)
                for append in wanted { #expect(versions[append.stream] == append.events.indices.map { Int64($0 + 1) }) }
            }
            #expect(StreamShare.all(0).count == 1 && StreamShare.all(.max).count == 65_536)
        }
    }

    @Test("COPY goes on after the positions given")
    func resumed() async throws {
        try await LogFixture.with { fixture in
            let stream = UUID()
            _ = try await fixture.append(.some(9, to: stream))
            let partition = fixture.log.partition(of: stream)
            var positions: [Int64] = []
            try await fixture.client.withLease { lease in
                try await fixture.log.copyOut(partitions: [partition], after: [partition: 6], on: lease) {
                    positions += $0.map(\.position)
                }
            }
            #expect(positions == [7, 8, 9])
        }
    }

    @Test("an error in the reader ends the COPY and leaves the connection usable")
    func readerFails() async throws {
        try await LogFixture.with { fixture in
            let stream = UUID()
            _ = try await fixture.append(.some(9, to: stream))
            try await fixture.client.withLease { lease in
                await #expect(throws: CancellationError.self) {
                    try await fixture.log.copyOut(partitions: 0..<8, on: lease) { _ in throw CancellationError() }
                }
                let heads = try await fixture.log.heads(on: lease)
                #expect(heads.count == 8)
            }
        }
    }
}

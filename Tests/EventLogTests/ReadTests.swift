import EventLog
import Foundation
import Postgres
import Testing

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

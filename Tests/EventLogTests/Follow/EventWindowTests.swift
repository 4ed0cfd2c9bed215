import Foundation
import Testing

@testable import EventLog

@Suite("what followers have read last")
struct EventWindowTests {
    private static let stream = UUID()

    private func events(_ positions: ClosedRange<Int64>, of partition: Int = 0) -> [RecordedEvent] {
        positions.map { position in
            RecordedEvent(
                partition: partition, position: position, streamType: "member", stream: Self.stream, version: position,
                type: "thing.done", occurredAtMicros: 0, recordedAtMicros: 0, data: [])
        }
    }

    private func positions(_ window: EventWindow, of partition: Int = 0, after: Int64, limit: Int = 1_000) -> [Int64] {
        window.events(of: partition, after: after, limit: limit).map(\.position)
    }

    @Test("is there from the first position kept to the last, without a gap, and for its partition alone")
    func kept() {
        let window = EventWindow()
        window.keep(events(5...9), of: 0)
        #expect(positions(window, after: 4) == [5, 6, 7, 8, 9])
        #expect(positions(window, after: 6, limit: 2) == [7, 8])
        #expect(positions(window, after: 3).isEmpty)
        #expect(positions(window, after: 9).isEmpty && positions(window, after: 20).isEmpty)
        #expect(positions(window, of: 1, after: 4).isEmpty)
    }

    @Test("grows by what goes on from it or overlaps it; what is older changes nothing; a gap begins anew")
    func grows() {
        let window = EventWindow()
        window.keep(events(5...9), of: 0)
        window.keep(events(10...11), of: 0)
        window.keep(events(8...12), of: 0)
        window.keep(events(1...7), of: 0)
        window.keep([], of: 0)
        #expect(positions(window, after: 4) == Array(5...12))
        window.keep(events(14...15), of: 0)
        #expect(positions(window, after: 4).isEmpty && positions(window, after: 13) == [14, 15])
    }

    @Test("keeps no more than its bound, shared by the partitions, however much comes at once")
    func bound() {
        let window = EventWindow(read: 256)
        window.keep(events(1...1_000), of: 0)
        #expect(positions(window, after: 744).count == 256)
        #expect(positions(window, after: 743).isEmpty)
        for position: Int64 in 1_001...1_200 { window.keep(events(position...position), of: 0) }
        #expect(positions(window, after: 1_199) == [1_200])
        #expect(positions(window, after: 900).isEmpty)
        window.keep(events(1...100, of: 1), of: 1)
        #expect(positions(window, of: 1, after: 0).count == 100)
        window.keep(events(101...130, of: 1), of: 1)
        #expect(positions(window, of: 1, after: 2).count == 128)
        #expect(positions(window, of: 1, after: 1).isEmpty)
    }

    @Test("what is behind all that was appended is found among what was read")
    func behind() {
        let window = EventWindow()
        window.append(events(50...60), of: 0)
        window.keep(events(1...9), of: 0)
        #expect(positions(window, after: 3) == [4, 5, 6, 7, 8, 9])
        #expect(positions(window, after: 49, limit: 2) == [50, 51])
        #expect(positions(window, after: 9).isEmpty)
    }

    @Test("what others have written between one's own is a gap, and no one is told that it is known")
    func between() {
        let window = EventWindow()
        window.append(events(10...10) + events(13...13) + events(11...11), of: 0)
        #expect(positions(window, after: 11).isEmpty && positions(window, after: 12) == [13])
        #expect(window.between(11, and: 13, of: 0) == .unknown)
        window.append(events(14...15), of: 0)
        #expect(window.between(12, and: 15, of: 0) == .known([Self.stream, Self.stream, Self.stream]))
        #expect(window.between(14, and: 16, of: 0) == .soon)
        #expect(window.between(14, and: 1_000, of: 0) == .unknown)
        #expect(window.between(12, and: 13, of: 1) == .unknown)
        // The database was put back, and went on from there.
        window.append(events(14...14), of: 0)
        #expect(window.between(13, and: 14, of: 0) == .known([Self.stream]))
        #expect(window.between(12, and: 15, of: 0) == .unknown)
        // Late, from another lane: older than what is here.
        window.append(events(9...9), of: 0)
        #expect(positions(window, after: 13) == [14])
    }
}

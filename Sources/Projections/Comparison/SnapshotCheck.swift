import Crypto
import EventLog
import Foundation
import Loyalty
import Wire

/// Compares the snapshots of a partition's members with what their events fold to. The last ones may be missing.
struct SnapshotCheck {
    private typealias Kept = (mark: SnapshotMark, digest: [UInt8])

    /// Not passed yet, by member and in order.
    private var kept: [UUID: [Kept]]
    private var marks: [UUID: SnapshotMark] = [:]
    private var wrong: [(member: UUID, version: Int64)] = []

    init(_ kept: [UUID: [(mark: SnapshotMark, digest: [UInt8])]]) { self.kept = kept.mapValues { $0.reversed() } }

    /// Whether a snapshot of the member is still to come.
    func awaits(_ member: UUID) -> Bool { kept[member]?.isEmpty == false }

    /// Takes note of an event that was just folded.
    mutating func pass(_ event: RecordedEvent, _ state: MemberState) {
        guard let next = kept[event.stream]?.last else { return }
        marks[event.stream, default: SnapshotMark()].move(to: event)
        guard next.mark.version <= event.version else { return }
        kept[event.stream]?.removeLast()
        let isRight =
            next.mark == marks[event.stream] && next.digest == Array(SHA256.hash(data: StateCodec.encode(state)))
        if !isRight { wrong.append((event.stream, next.mark.version)) }
        marks[event.stream] = marks[event.stream]?.onward
    }

    /// The wrong ones, and those of events that there are not.
    var all: [(member: UUID, version: Int64)] {
        wrong + kept.flatMap { member, rest in rest.map { (member, $0.mark.version) } }
    }
}

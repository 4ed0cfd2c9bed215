import Synchronization

/// The events that the followers of this process have read last. They read the same ones at about the same time: the
/// first asks the database, the others find them here. Bounded; events never change, so nothing here gets old.
public final class EventWindow: Sendable {
    /// Who of them works.
    let turn = FollowerTurn()
    /// By partition, in order and without a gap.
    private let held = Mutex<[Int: [RecordedEvent]]>([:])

    /// Events of one partition that stay when older ones are let go, which is when there are twice as many.
    static let kept = 128

    public init() {}

    /// The events behind a position, as far as they are here without a gap; empty where the next one is not.
    func events(of partition: Int, after position: Int64, limit: Int) -> [RecordedEvent] {
        held.withLock { held in
            guard let events = held[partition], let first = events.first?.position, first <= position + 1 else {
                return []
            }
            return Array(events.dropFirst(Int(position + 1 - first)).prefix(limit))
        }
    }

    /// Keeps what was just read of one partition, in order and without a gap, unless newer events are here already.
    func keep(_ events: [RecordedEvent], of partition: Int) {
        guard let first = events.first?.position else { return }
        held.withLock { held in
            // Taken out, so that it grows where it is.
            var all = held.removeValue(forKey: partition) ?? []
            let end = all.last?.position ?? 0
            if first > end + 1 { all = [] }
            all += events.drop { $0.position <= end }
            if all.count > 2 * Self.kept { all.removeFirst(all.count - Self.kept) }
            held[partition] = all
        }
    }
}

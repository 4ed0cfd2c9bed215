import Synchronization

/// The events that the followers of this process have read last. They read the same ones at about the same time: the
/// first asks the database, the others find them here. Bounded; events never change, so nothing here gets old.
public final class EventWindow: Sendable {
    /// Events of one partition without a gap, by position.
    private struct Stretch {
        var events: [RecordedEvent]
        var first: Int64 { events[0].position }
        var last: Int64 { events[events.count - 1].position }
    }

    private let stretches = Mutex<[Int: Stretch]>([:])

    /// Events of one partition that are kept when older ones are let go.
    private static let kept = 128

    public init() {}

    /// The events behind a position, as far as they are here without a gap; empty where the next one is not.
    func events(of partition: Int, after position: Int64, limit: Int) -> [RecordedEvent] {
        stretches.withLock { stretches in
            guard let stretch = stretches[partition], stretch.first <= position + 1, position < stretch.last else {
                return []
            }
            return Array(stretch.events[Int(position + 1 - stretch.first)...].prefix(limit))
        }
    }

    /// Keeps what was just read of one partition, in order and without a gap, unless newer events are here already.
    func keep(_ events: [RecordedEvent], of partition: Int) {
        guard let first = events.first, let last = events.last else { return }
        stretches.withLock { stretches in
            guard let end = stretches[partition]?.last, first.position <= end + 1 else {
                stretches[partition] = Stretch(events: events)
                return
            }
            guard last.position > end else { return }
            stretches[partition]?.events += events[Int(end + 1 - first.position)...]
            guard let count = stretches[partition]?.events.count, count > 2 * Self.kept else { return }
            stretches[partition]?.events.removeFirst(count - Self.kept)
        }
    }
}

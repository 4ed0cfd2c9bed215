import DequeModule
public import Foundation
import Synchronization

/// The last events that this process knows: what it has appended itself, and what its followers have read, so that the
/// database is asked once for all of them, or not at all. Bounded; events never change, so nothing here gets old.
public final class EventWindow: Sendable {
    /// Who of the followers works.
    let turn = FollowerTurn()
    /// About so many of the last events are here.
    let reach: Int
    private let appended: Mutex<Stretch>
    private let read: Mutex<Stretch>

    /// - Parameters:
    ///   - appended: about so many of the events that this process has appended last are kept: those of a second or two.
    ///   - read: of those that its followers have read last: they read the same ones one after the other.
    public init(appended: Int = 32_768, read: Int = 8_192) {
        reach = appended
        self.appended = Mutex(Stretch(most: appended))
        self.read = Mutex(Stretch(most: read))
    }

    /// The events behind a position, as far as they are here without a gap; empty where the next one is not.
    func events(of partition: Int, after position: Int64, limit: Int) -> [RecordedEvent] {
        let found = appended.withLock { $0.events(of: partition, after: position, limit: limit) }
        guard found.isEmpty else { return found }
        return read.withLock { $0.events(of: partition, after: position, limit: limit) }
    }

    /// What this process knows of the events between two positions.
    public enum Between: Equatable, Sendable {
        /// It has appended them all: whose they are.
        case known([UUID])
        /// Some of them are being appended at this moment, it seems: they may be here soon.
        case soon
        /// Somebody else has appended some of them, or it is long ago.
        case unknown
    }

    /// Whose events stand behind a position, up to another one.
    public func between(_ after: Int64, and last: Int64, of partition: Int) -> Between {
        appended.withLock { $0.between(after, and: last, of: partition) }
    }

    /// Keeps events of one partition that were just committed, in any order: others may have written between them.
    public func append(_ events: [RecordedEvent], of partition: Int) {
        let events = events.sorted { $0.position < $1.position }
        appended.withLock { appended in
            var run: [RecordedEvent] = []
            for event in events {
                if let last = run.last, last.position + 1 != event.position {
                    appended.append(run, to: partition)
                    run = []
                }
                run.append(event)
            }
            appended.append(run, to: partition)
        }
    }

    /// Keeps events that were just read, those of one partition in order and without a gap.
    func keep(_ events: [RecordedEvent], of partition: Int) { read.withLock { $0.keep(events, of: partition) } }
}

/// A stretch of each partition, without a gap.
struct Stretch {
    private var held: [Int: Deque<RecordedEvent>] = [:]
    private let most: Int

    /// - Parameter most: events at most, each partition having its share.
    init(most: Int) { self.most = max(2, most) }

    func events(of partition: Int, after position: Int64, limit: Int) -> [RecordedEvent] {
        guard let events = held[partition], let first = events.first?.position, first <= position + 1 else { return [] }
        return Array(events.dropFirst(Int(position + 1 - first)).prefix(limit))
    }

    /// Events that one batch may append to a partition, more or less: so many may be committed and not be here yet.
    private static let batch: Int64 = 256

    func between(_ after: Int64, and last: Int64, of partition: Int) -> EventWindow.Between {
        guard let events = held[partition], let first = events.first?.position, let end = events.last?.position,
            first <= after + 1, last - end <= Self.batch
        else { return .unknown }
        guard last <= end else { return .soon }
        return .known(self.events(of: partition, after: after, limit: Int(last - after)).map(\.stream))
    }

    /// What was just committed, without a gap. Each position is committed once: where it overlaps what is here, the database was
    /// put back to an earlier state, and nothing here holds.
    mutating func append(_ events: [RecordedEvent], to partition: Int) {
        if let position = events.first?.position, let first = held[partition]?.first?.position,
            let end = held[partition]?.last?.position, first <= position, position <= end
        {
            held[partition] = nil
        }
        keep(events, of: partition)
    }

    /// What goes on from what is here, or overlaps it, is added; what is older changes nothing; a gap begins anew. Where it
    /// gets too much, the oldest are let go: with each batch about as many as come, so that none waits for a thousand.
    mutating func keep(_ events: [RecordedEvent], of partition: Int) {
        guard let first = events.first?.position else { return }
        // Taken out, so that it grows where it is.
        var all = held.removeValue(forKey: partition) ?? []
        let end = all.last?.position ?? 0
        if first > end + 1 { all = [] }
        all += events.drop { $0.position <= end }
        let share = most / (held.count + 1)
        if all.count > share { all.removeFirst(all.count - share) }
        held[partition] = all
    }
}

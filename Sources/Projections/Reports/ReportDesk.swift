import EventLog
import Foundation
import Synchronization

/// What a report holds between two pages: what has followed from the events since the last commit and is not written yet, and
/// what it remembers of the members that it has just dealt with, so that it is neither read nor decoded for each of their
/// next events. Bounded.
///
/// It holds for a partition as long as the next page begins where the last one ended: a page that failed is read again from
/// where it began, and whoever follows after another server had begins elsewhere. Then the rows are read.
final class ReportDesk<Memo: Sendable & Equatable>: Sendable {
    /// One member's memo.
    struct Held: Sendable {
        /// Nil for a member of whom nothing is remembered yet.
        var memo: Memo?
        /// Where the share began that touched it last.
        var start: Int64 = -1
    }

    /// What is held of one partition.
    struct Share: Sendable {
        /// Up to here all is written.
        fileprivate(set) var start: Int64
        /// Up to here all is taken in.
        var end: Int64
        var held: [UUID: Held] = [:]
        /// Members touched since `start`, each with what the rows say.
        private var touched: [(member: UUID, before: Memo?)] = []
        /// What has come to the figures since `start`.
        var sums = ReportSums()

        fileprivate init(at position: Int64) { (start, end) = (position, position) }

        var isUnwritten: Bool { start < end }

        /// Members whose memo is no longer what the rows say. Most purchases change no tier, for one.
        var changed: [UUID: Memo] {
            var changed: [UUID: Memo] = [:]
            for (member, before) in touched {
                guard let memo = held[member]?.memo, memo != before else { continue }
                changed[member] = memo
            }
            return changed
        }

        /// Takes an event of that member in: what is remembered of the member is changed where it lies.
        mutating func fold(
            of member: UUID, _ change: (_ memo: inout Memo?, _ sums: inout ReportSums) throws -> Void
        ) rethrows {
            try Self.fold(of: member, &held[member, default: Held()], since: start, &touched, &sums, change)
        }

        private static func fold(
            of member: UUID, _ held: inout Held, since start: Int64, _ touched: inout [(member: UUID, before: Memo?)],
            _ sums: inout ReportSums, _ change: (inout Memo?, inout ReportSums) throws -> Void
        ) rethrows {
            if held.start != start {
                held.start = start
                touched.append((member, held.memo))
            }
            try change(&held.memo, &sums)
        }

        /// - Parameter most: members to be remembered; where there are more, those touched last are kept.
        fileprivate mutating func settle(keeping most: Int) {
            trim(to: most)
            start = end
            touched = []
            sums = ReportSums()
        }

        fileprivate mutating func trim(to most: Int) {
            if held.count > most { held = held.filter { $0.value.start == start } }
        }
    }

    private struct State {
        var generation: Int64?
        var shares: [Int: Share] = [:]
    }

    private let state = Mutex(State())
    /// Members at most of one partition, beside those who are not written yet.
    private let most: Int

    /// - Parameter partitions: of the log; each has its share of the 32,768 members that are remembered.
    init(partitions: Int) { most = max(1, 32_768 / max(1, partitions)) }

    /// From now on all rests on the rows of that generation.
    ///
    /// - Throws: ``CheckpointMoved`` where something rests on another one's and is not written.
    func begin(_ generation: Int64) throws(CheckpointMoved) {
        let wasWritten = state.withLock { state in
            guard state.generation != generation else { return true }
            defer { state = State(generation: generation) }
            return !state.shares.values.contains(where: \.isUnwritten)
        }
        if !wasWritten { throw CheckpointMoved() }
    }

    /// Takes out what is held of a partition for a page of events: whoever fails does not bring it back.
    ///
    /// - Parameter position: the one before the page.
    func take(_ partition: Int, after position: Int64) -> Share {
        let known = state.withLock { $0.shares.removeValue(forKey: partition) }
        guard let known, known.end == position else { return Share(at: position) }
        return known
    }

    /// Brings back what the page has made of it; where that is too much, those whom it has touched since the last commit.
    func put(_ share: Share, of partition: Int) {
        var share = share
        share.trim(to: most)
        state.withLock { $0.shares[partition] = share }
    }

    /// What is to be written, by partition.
    var unwritten: [Int: Share] { state.withLock { $0.shares.filter(\.value.isUnwritten) } }

    /// All that was to be written is committed.
    func settle() {
        state.withLock { state in
            for partition in state.shares.keys { state.shares[partition]?.settle(keeping: most) }
        }
    }

    /// Lets go of what is not written.
    func forget() {
        state.withLock { $0.shares = $0.shares.filter { !$0.value.isUnwritten } }
    }
}

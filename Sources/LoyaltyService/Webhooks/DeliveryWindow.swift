import Foundation
import Loyalty

/// What waits for one endpoint, as far as it is held in memory: a queue for each member, of which only the first may be
/// on its way. Pure; rows are fed in.
///
/// Bounded twice: in all, and for each member, so that one whose message is refused again and again cannot fill it.
struct DeliveryWindow: Sendable {
    struct Item: Hashable, Sendable {
        var id: UUID
        var sequence: Int64
        var member: UUID
        /// Made so far.
        var attempts: Int
        var dueAt: Instant
        var createdAt: Instant
    }

    let capacity: Int
    let memberCapacity: Int
    private var queues: [UUID: [Item]] = [:]
    private var running: Set<UUID> = []
    /// Members with more rows than the window holds.
    private var overflowing: Set<UUID> = []
    /// Items in the window, those on their way included.
    private(set) var count = 0
    /// Everything up to this number has been looked at.
    private(set) var cursor: Int64 = 0

    init(capacity: Int = 2_000, memberCapacity: Int = 100) {
        (self.capacity, self.memberCapacity) = (max(1, capacity), max(1, memberCapacity))
    }

    /// How many rows behind ``cursor`` there is room for; 0 while the window is more than half full.
    var room: Int { count > capacity / 2 ? 0 : capacity - count }

    /// Items that are on their way.
    var runningCount: Int { running.count }

    /// Takes rows on from ``cursor``, in order.
    mutating func add(_ items: [Item]) {
        for item in items {
            cursor = max(cursor, item.sequence)
            let length = queues[item.member]?.count ?? 0
            if length >= memberCapacity || overflowing.contains(item.member) {
                // Fetched again when what stands before it is gone: order is kept.
                overflowing.insert(item.member)
            } else {
                queues[item.member, default: []].append(item)
                count += 1
            }
        }
    }

    /// A member whose rows did not all fit and whose queue is empty now: to be fetched with ``refill(_:of:)``.
    var memberToRefill: UUID? { overflowing.first { queues[$0] == nil && !running.contains($0) } }

    /// Takes a member's rows from the first that waits, at most ``memberCapacity`` of them.
    mutating func refill(_ items: [Item], of member: UUID) {
        // Fewer than asked for were all there are; those behind the cursor come with the next ones.
        let known = items.filter { $0.sequence <= cursor }
        if items.count < memberCapacity || known.count < items.count { overflowing.remove(member) }
        guard !known.isEmpty else { return }
        queues[member] = known
        count += known.count
    }

    /// Takes the next items that may go, in the order they came; they are on their way until ``finish(_:retryAt:)``.
    mutating func start(at now: Instant, limit: Int) -> [Item] {
        guard limit > 0 else { return [] }
        var ready: [Item] = []
        for (member, queue) in queues where !running.contains(member) {
            if let first = queue.first, first.dueAt <= now { ready.append(first) }
        }
        ready.sort { $0.sequence < $1.sequence }
        let taken = ready.prefix(limit)
        for item in taken { running.insert(item.member) }
        return Array(taken)
    }

    /// When the next item that waits for its time may go; nil when none waits.
    var nextDue: Instant? {
        queues.lazy.filter { !running.contains($0.key) }.compactMap { $0.value.first?.dueAt }.min()
    }

    /// An attempt is over: the item stays first in its queue until `retryAt`, or is gone.
    mutating func finish(_ item: Item, attempts: Int, retryAt: Instant?) {
        running.remove(item.member)
        guard var queue = queues[item.member], queue.first?.id == item.id else { return }
        if let retryAt {
            queue[0].dueAt = retryAt
            queue[0].attempts = attempts
        } else {
            queue.removeFirst()
            count -= 1
        }
        queues[item.member] = queue.isEmpty ? nil : queue
    }
}

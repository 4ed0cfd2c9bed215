public import Foundation
public import Loyalty

/// What a checkout is told about one event.
public struct EventAnswer: Sendable {
    public enum Status: String, Sendable {
        /// Recorded now.
        case accepted
        /// Recorded before; the answer is the first one.
        case duplicate
    }

    /// The CloudEvents id.
    public var id: String
    public var status: Status
    public var memberID: UUID
    public var outcome: Outcome
    public var entries: [EntryView]
}

/// A line of the ledger with its explanation in the member's language.
public struct EntryView: Sendable {
    public var entry: LedgerEntry
    public var explanation: String
    /// Stream version of the recorded event that holds it; nil for what is due and not yet recorded.
    public var version: Int64?
    /// nil for what is due and not yet recorded.
    public var recordedAt: Instant?
}

/// What a member has, at an instant.
public struct BalanceView: Sendable {
    public var memberID: UUID
    /// Version of the member's stream.
    public var version: Int64
    public var balance: Balance
}

/// A recorded event of a member's stream.
public struct EventView: Sendable {
    /// 1 for the first of the stream.
    public var version: Int64
    public var type: String
    public var occurredAt: Instant
    public var recordedAt: Instant
    /// A JSON object, as stored.
    public var data: [UInt8]
    /// A JSON object, as stored.
    public var metadata: [UInt8]?
}

/// A part of a list.
public struct Page<Item: Sendable>: Sendable {
    public var items: [Item]
    /// Opaque; nil at the end.
    public var nextCursor: String?

    public init(items: [Item], nextCursor: String?) { (self.items, self.nextCursor) = (items, nextCursor) }
}

/// Which part of a list is asked for.
public struct PageRequest: Hashable, Sendable {
    /// 1 to 200.
    public var limit: Int
    public var cursor: String?

    public init(limit: Int = 50, cursor: String? = nil) { (self.limit, self.cursor) = (limit, cursor) }
}

/// Brings work to the thread that wants an answer.
public typealias Resumption = @Sendable (_ work: @escaping @Sendable () -> Void) -> Void

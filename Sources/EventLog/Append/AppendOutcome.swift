public import Foundation

/// What became of one ``StreamAppend``.
public enum AppendOutcome: Sendable, Equatable {
    /// Committed. The events have `firstPosition`, `firstPosition + 1`, … in `partition`; `version` is that of the
    /// last one.
    case appended(partition: Int, firstPosition: Int64, version: Int64)
    /// Nothing of it was written.
    case refused(AppendRefusal)
}

/// Why nothing of a ``StreamAppend`` was written.
public enum AppendRefusal: Sendable, Equatable {
    /// One of its keys was used before, by that event: a repeat, when the content hashes agree.
    case key([UInt8], by: ExistingEvent)
    /// The stream does not end at the expected version: somebody was faster, or the state was stale.
    case version(current: Int64)
    /// The subject that should have been new has that event already.
    case subject(ExistingEvent)
    /// It cannot be stored, ever: no events, a key twice, a data document that is not JSON.
    case invalid(String)
}

/// Enough about an event to find it and to compare contents.
public struct ExistingEvent: Sendable, Equatable {
    public let partition: Int
    public let position: Int64
    public let stream: UUID
    public let version: Int64
    public let contentHash: [UInt8]?

    public init(partition: Int, position: Int64, stream: UUID, version: Int64, contentHash: [UInt8]?) {
        self.partition = partition
        self.position = position
        self.stream = stream
        self.version = version
        self.contentHash = contentHash
    }
}

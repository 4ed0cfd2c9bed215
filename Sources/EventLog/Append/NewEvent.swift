public import Foundation

/// An event to be appended. The log gives it its position, version and hash.
public struct NewEvent: Sendable, Equatable {
    /// What happened, with the schema version of `data`: `points.accrued.1`.
    public var type: String
    /// Business time, microseconds since 1970-01-01 UTC.
    public var occurredAtMicros: Int64
    /// Idempotency key: at most one event of the whole log bears it.
    public var key: [UInt8]?
    /// Digest of the request behind `key`, to tell a repeat from a reuse.
    public var contentHash: [UInt8]?
    /// Digest of what the event is about (an order): 16 bytes.
    public var subject: [UInt8]?
    /// Refuse the whole stream's append when the stream has an event about `subject` already.
    public var subjectMustBeNew: Bool
    /// A JSON document, UTF-8; kept byte for byte.
    public var data: [UInt8]
    /// A JSON document, UTF-8; kept byte for byte.
    public var metadata: [UInt8]?

    public init(
        type: String, occurredAtMicros: Int64, key: [UInt8]? = nil, contentHash: [UInt8]? = nil,
        subject: [UInt8]? = nil, subjectMustBeNew: Bool = false, data: [UInt8], metadata: [UInt8]? = nil
    ) {
        self.type = type
        self.occurredAtMicros = occurredAtMicros
        self.key = key
        self.contentHash = contentHash
        self.subject = subject
        self.subjectMustBeNew = subjectMustBeNew
        self.data = data
        self.metadata = metadata
    }
}

/// A row of `treue.member`: sealed bytes the log does not look into.
public struct SealedMember: Sendable, Equatable {
    /// The member's own key, wrapped by the master key.
    public var dataKey: [UInt8]
    /// Personal data, sealed under that key.
    public var profile: [UInt8]

    public init(dataKey: [UInt8], profile: [UInt8]) {
        self.dataKey = dataKey
        self.profile = profile
    }
}

/// What one stream gets: all of it or nothing.
public struct StreamAppend: Sendable, Equatable {
    public var stream: UUID
    /// `member`, `reward`, `programme`, …
    public var streamType: String
    /// The version of the stream's last event; 0 for a stream that does not exist yet.
    public var expectedVersion: Int64
    /// In order; at least one.
    public var events: [NewEvent]
    /// The account row's new state, written in the same transaction; nil leaves the row alone.
    public var accountState: [UInt8]?
    /// The member row to write in the same transaction.
    public var member: SealedMember?

    public init(
        stream: UUID, streamType: String, expectedVersion: Int64, events: [NewEvent], accountState: [UInt8]? = nil,
        member: SealedMember? = nil
    ) {
        self.stream = stream
        self.streamType = streamType
        self.expectedVersion = expectedVersion
        self.events = events
        self.accountState = accountState
        self.member = member
    }
}

public import EventLog
public import Loyalty
public import Wire

extension DatedEvent {
    /// From the log.
    ///
    /// - Throws: for an event that this program cannot read.
    public init(_ recorded: RecordedEvent) throws(CodecError) {
        self.init(
            at: Instant(micros: recorded.occurredAtMicros),
            try EventCodec.decode(type: recorded.type, data: recorded.data))
    }
}

/// An event as it is read by several hands: in a box, because it has many parts and each copy would count all of them.
public final class DecodedEvent: Sendable {
    public let dated: DatedEvent

    public init(_ dated: DatedEvent) { self.dated = dated }
}

extension RecordedEvent {
    /// Decoded once for all who follow.
    ///
    /// - Throws: `CodecError` for an event that this program cannot read.
    public var decoded: DecodedEvent {
        get throws { try noted { DecodedEvent(try DatedEvent(self)) } }
    }
}

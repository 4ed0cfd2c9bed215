import EventLog
import Loyalty
import Wire

extension DatedEvent {
    /// From the log.
    ///
    /// - Throws: for an event that this program cannot read.
    init(_ recorded: RecordedEvent) throws(CodecError) {
        self.init(
            at: Instant(micros: recorded.occurredAtMicros),
            try EventCodec.decode(type: recorded.type, data: recorded.data))
    }
}

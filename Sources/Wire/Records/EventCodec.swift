public import Loyalty

/// Recorded events as JSON and back. The shapes are public and for ever: see the fixtures of the tests.
///
/// Each begins with `v`, the schema version of its type. A new version of a shape raises ``RecordedType/version`` and
/// adds an ``Upcaster`` from the one before; old events are never rewritten.
public enum EventCodec {
    /// An event's type and data.
    public static func encode(_ event: LoyaltyEvent) -> (type: String, data: [UInt8]) {
        var writer = JSONWriter(reserving: 768)
        let type = RecordedType(of: event)
        writer.event(event, type)
        return (type.rawValue, writer.finish())
    }

    /// The event behind a type and data.
    /// - Throws: ``CodecError``; nothing that ``encode(_:)`` wrote is refused.
    public static func decode(type: String, data: [UInt8]) throws(CodecError) -> LoyaltyEvent {
        guard let known = RecordedType(named: type) else { throw .unknownType(type) }
        let value = try Upcaster.current(try CodecError.parsing(data), of: known)
        return try CodecError.reading(value) { $0.event(known) }
    }
}

public import Loyalty

/// The account's state as compact JSON and back, the same bytes for the same value on any machine.
///
/// Instants are microseconds since 1970-01-01 UTC, so that also "before everything" survives.
public enum StateCodec {
    /// 3 differs from 2 in the order of the members alone.
    static let version: Int64 = 3

    /// The bytes of a state.
    public static func encode(_ state: MemberState) -> [UInt8] {
        var writer = JSONWriter(reserving: 512)
        writer.state(state)
        return writer.finish()
    }

    /// The state behind bytes.
    /// - Throws: ``CodecError``; nothing that ``encode(_:)`` wrote is refused.
    public static func decode(_ bytes: [UInt8]) throws(CodecError) -> MemberState {
        let value = try StateUpcaster.current(try CodecError.parsing(bytes))
        return try CodecError.reading(value) { $0.state() }
    }
}

/// One spelling for each content, so that a hash compares decoded values: order of members, spacing, escapes and
/// whether an absent member was written as null make no difference.
public enum CanonicalJSON {
    /// The canonical bytes: members sorted by the UTF-8 of their names, null members left out, no space.
    ///
    /// Nulls inside arrays stay, for they have a place there. Texts stay as they are: equal times in two spellings
    /// must be made equal before.
    public static func bytes(of value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        write(value, to: &writer)
        return writer.bytes
    }

    private static func write(_ value: JSONValue, to writer: inout JSONWriter) {
        switch value {
        case .object(let members):
            writer.beginObject()
            let kept = members.filter { $0.value != .null }
            for member in kept.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
                writer.key(named: member.name)
                write(member.value, to: &writer)
            }
            writer.endObject()
        case .array(let elements):
            writer.beginArray()
            for element in elements { write(element, to: &writer) }
            writer.endArray()
        default:
            writer.value(value)
        }
    }
}

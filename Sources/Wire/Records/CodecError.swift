/// Why stored bytes could not be turned back into a value: damage, or a server older than the data.
public enum CodecError: Error, Sendable, Equatable {
    /// Not JSON.
    case unreadable(JSONSyntaxError)
    /// A type of event that this server does not know.
    case unknownType(String)
    /// A newer (or senseless) schema version than this server knows.
    case unknownVersion(type: String, version: Int64)
    /// JSON of another shape.
    case invalid([Fault])

    /// Runs a reader over stored bytes.
    static func reading<Value>(_ value: JSONNode, _ read: (ObjectReader) -> Value?) throws(CodecError) -> Value {
        do throws(ValidationFaults) {
            return try ObjectReader.reading(value, read)
        } catch {
            throw .invalid(error.faults)
        }
    }

    /// Parses stored bytes.
    static func parsing(_ bytes: [UInt8]) throws(CodecError) -> JSONNode {
        do throws(JSONSyntaxError) {
            return try JSONReader.node(bytes)
        } catch {
            throw .unreadable(error)
        }
    }
}

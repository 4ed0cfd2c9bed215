public import Foundation

/// One parameter of a statement, always sent in binary with its type.
public enum PostgresValue: Sendable, Equatable {
    /// NULL; the server infers the type.
    case null
    case bool(Bool)
    case int2(Int16)
    case int4(Int32)
    case int8(Int64)
    case text(String)
    case bytea([UInt8])
    case uuid(UUID)
    /// The bytes of a JSON text, of type `json`.
    case json([UInt8])
    /// Microseconds since 1970-01-01 UTC.
    case timestamptz(Int64)

    case boolArray([Bool])
    case int2Array([Int16])
    case int4Array([Int32])
    case int8Array([Int64])
    case textArray([String?])
    case byteaArray([[UInt8]?])
    case uuidArray([UUID])
    case jsonArray([[UInt8]?])
    /// Microseconds since 1970-01-01 UTC.
    case timestamptzArray([Int64])
}

internal import CLibPQ
public import Foundation

/// One row of a result. Columns go by number, from 0; each accessor throws `.decoding` on NULL, on a column that
/// does not exist and on a value of another type.
public struct PostgresRow: Sendable {
    let result: ResultHandle
    let row: Int32

    /// Whether the column is NULL; true for a column that does not exist.
    public func isNull(_ column: Int) -> Bool {
        guard hasColumn(column) else { return true }
        return PQgetisnull(result.pointer, row, Int32(truncatingIfNeeded: column)) == 1
    }

    public func bool(_ column: Int) throws(PostgresError) -> Bool {
        try required(optionalBool(column), column)
    }

    public func int2(_ column: Int) throws(PostgresError) -> Int16 {
        try required(optionalInt2(column), column)
    }

    /// Also reads int2.
    public func int4(_ column: Int) throws(PostgresError) -> Int32 {
        try required(optionalInt4(column), column)
    }

    /// Also reads int2, int4 and oid.
    public func int8(_ column: Int) throws(PostgresError) -> Int64 {
        try required(optionalInt8(column), column)
    }

    /// Reads text, varchar, char(n), name and json.
    public func text(_ column: Int) throws(PostgresError) -> String {
        try required(optionalText(column), column)
    }

    /// The bytes of a bytea, or of a text or JSON text as it stands.
    public func bytes(_ column: Int) throws(PostgresError) -> [UInt8] {
        try required(optionalBytes(column), column)
    }

    public func uuid(_ column: Int) throws(PostgresError) -> UUID {
        try required(optionalUUID(column), column)
    }

    /// Microseconds since 1970-01-01 UTC. Infinity has no such number and is an error.
    public func timestamptz(_ column: Int) throws(PostgresError) -> Int64 {
        try required(optionalTimestamptz(column), column)
    }

    private func required<V>(_ value: V?, _ column: Int) throws(PostgresError) -> V {
        guard let value else { throw PostgresError(.decoding, "column \(column) is NULL", wasSent: true) }
        return value
    }
}

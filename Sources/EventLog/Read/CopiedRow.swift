public import Foundation

/// A row of a binary COPY. Columns go by number, from 0; there are no types in a COPY, so the caller has to know them.
public struct CopiedRow: Sendable {
    /// With the rows around it.
    let bytes: [UInt8]
    let fields: [Range<Int>?]

    /// Columns of the row.
    public var count: Int { fields.count }

    /// Whether the column is NULL; true for a column that does not exist.
    public func isNull(_ column: Int) -> Bool {
        !fields.indices.contains(column) || fields[column] == nil
    }

    /// The bytes of a bytea, or of a text or JSON text; nil for NULL.
    public func optionalBytes(_ column: Int) -> [UInt8]? {
        guard fields.indices.contains(column), let range = fields[column] else {
            return nil
        }
        return Array(bytes[range])
    }

    public func bytes(_ column: Int) throws(EventLogError) -> [UInt8] {
        guard let value = optionalBytes(column) else {
            throw .unreadable("column \(column) of a COPY is NULL")
        }
        return value
    }

    public func text(_ column: Int) throws(EventLogError) -> String {
        guard fields.indices.contains(column), let range = fields[column] else {
            throw .unreadable("column \(column) of a COPY is NULL")
        }
        return String(decoding: bytes[range], as: UTF8.self)
    }

    public func int4(_ column: Int) throws(EventLogError) -> Int32 {
        Int32(truncatingIfNeeded: try integer(column, bytes: 4))
    }

    public func int8(_ column: Int) throws(EventLogError) -> Int64 {
        Int64(bitPattern: try integer(column, bytes: 8))
    }

    /// Microseconds since 1970-01-01 UTC.
    public func timestamptz(_ column: Int) throws(EventLogError) -> Int64 {
        // PostgreSQL counts from 2000-01-01; its infinities are the two ends of the range.
        let (micros, overflow) = try int8(column).addingReportingOverflow(946_684_800_000_000)
        guard !overflow, micros != Int64.min + 946_684_800_000_000 else {
            throw .unreadable("column \(column) of a COPY is an infinite time")
        }
        return micros
    }

    public func uuid(_ column: Int) throws(EventLogError) -> UUID {
        guard fields.indices.contains(column), let range = fields[column], range.count == 16 else {
            throw .unreadable("column \(column) of a COPY is no uuid")
        }
        return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(fromByteOffset: range.lowerBound, as: uuid_t.self)) }
    }

    private func integer(_ column: Int, bytes count: Int) throws(EventLogError) -> UInt64 {
        guard fields.indices.contains(column), let range = fields[column], range.count == count else {
            throw .unreadable("column \(column) of a COPY is no integer of \(count) bytes")
        }
        var value: UInt64 = 0
        for index in range { value = value << 8 | UInt64(bytes[index]) }
        return value
    }
}

internal import CLibPQ
public import Foundation

extension PostgresRow {
    public func optionalBool(_ column: Int) throws(PostgresError) -> Bool? {
        guard let cell = try cell(column, [TypeOID.bool]) else { return nil }
        return try cell.integer(Int8.self) != 0
    }

    public func optionalInt2(_ column: Int) throws(PostgresError) -> Int16? {
        try cell(column, [TypeOID.int2])?.integer(Int16.self)
    }

    public func optionalInt4(_ column: Int) throws(PostgresError) -> Int32? {
        guard let cell = try cell(column, [TypeOID.int4, TypeOID.int2]) else { return nil }
        return cell.type == TypeOID.int4 ? try cell.integer(Int32.self) : Int32(try cell.integer(Int16.self))
    }

    public func optionalInt8(_ column: Int) throws(PostgresError) -> Int64? {
        guard let cell = try cell(column, [TypeOID.int8, TypeOID.int4, TypeOID.int2, TypeOID.oid]) else { return nil }
        return switch cell.type {
        case TypeOID.int8: try cell.integer(Int64.self)
        case TypeOID.int4: Int64(try cell.integer(Int32.self))
        case TypeOID.oid: Int64(try cell.integer(UInt32.self))
        default: Int64(try cell.integer(Int16.self))
        }
    }

    public func optionalText(_ column: Int) throws(PostgresError) -> String? {
        guard let cell = try cell(column, Self.textTypes) else { return nil }
        return String(decoding: cell.bytes, as: UTF8.self)
    }

    public func optionalBytes(_ column: Int) throws(PostgresError) -> [UInt8]? {
        guard let cell = try cell(column, Self.byteTypes) else { return nil }
        // jsonb begins with the version of its binary format.
        return cell.type == TypeOID.jsonb ? Array(cell.bytes.dropFirst()) : Array(cell.bytes)
    }

    public func optionalUUID(_ column: Int) throws(PostgresError) -> UUID? {
        guard let cell = try cell(column, [TypeOID.uuid]) else { return nil }
        guard cell.bytes.count == 16 else { throw cell.malformed }
        return UUID(uuid: cell.bytes.loadUnaligned(as: uuid_t.self))
    }

    /// Microseconds since 1970-01-01 UTC.
    public func optionalTimestamptz(_ column: Int) throws(PostgresError) -> Int64? {
        guard let cell = try cell(column, [TypeOID.timestamptz]) else { return nil }
        let micros = try cell.integer(Int64.self)
        let (shifted, overflow) = micros.addingReportingOverflow(postgresEpochMicros)
        guard !overflow, micros != .min else { throw cell.malformed }
        return shifted
    }

    private static let textTypes = [
        TypeOID.text, TypeOID.varchar, TypeOID.bpchar, TypeOID.name, TypeOID.json, TypeOID.unknown,
    ]
    private static let byteTypes = [TypeOID.bytea, TypeOID.jsonb] + textTypes
}

/// The bytes of one value, valid while its row is held.
struct Cell {
    let bytes: UnsafeRawBufferPointer
    let type: UInt32
    let column: Int

    var malformed: PostgresError {
        PostgresError(.decoding, "column \(column) holds a value that cannot be represented", wasSent: true)
    }

    func integer<I: FixedWidthInteger>(_: I.Type) throws(PostgresError) -> I {
        guard bytes.count == MemoryLayout<I>.size else { throw malformed }
        return I(bigEndian: bytes.loadUnaligned(as: I.self))
    }
}

extension PostgresRow {
    func hasColumn(_ column: Int) -> Bool {
        column >= 0 && column < Int(PQnfields(result.pointer))
    }

    /// The value of a column whose type is one of `types`; nil for NULL.
    func cell(_ column: Int, _ types: [UInt32]) throws(PostgresError) -> Cell? {
        guard hasColumn(column) else {
            throw PostgresError(.decoding, "there is no column \(column)", wasSent: true)
        }
        let index = Int32(truncatingIfNeeded: column)
        let type = PQftype(result.pointer, index)
        guard types.contains(type) else {
            throw PostgresError(.decoding, "column \(column) is of type \(type), not \(types[0])", wasSent: true)
        }
        guard PQgetisnull(result.pointer, row, index) == 0 else { return nil }
        let length = Int(PQgetlength(result.pointer, row, index))
        let start = UnsafeRawPointer(PQgetvalue(result.pointer, row, index))
        return Cell(bytes: UnsafeRawBufferPointer(start: start, count: length), type: type, column: column)
    }
}

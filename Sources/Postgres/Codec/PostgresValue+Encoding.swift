import Foundation

extension PostgresValue {
    var typeOID: UInt32 {
        switch self {
        case .null: TypeOID.unspecified
        case .bool: TypeOID.bool
        case .int2: TypeOID.int2
        case .int4: TypeOID.int4
        case .int8: TypeOID.int8
        case .text: TypeOID.text
        case .bytea: TypeOID.bytea
        case .uuid: TypeOID.uuid
        case .json: TypeOID.json
        case .timestamptz: TypeOID.timestamptz
        case .boolArray: TypeOID.boolArray
        case .int2Array: TypeOID.int2Array
        case .int4Array: TypeOID.int4Array
        case .int8Array: TypeOID.int8Array
        case .textArray: TypeOID.textArray
        case .byteaArray: TypeOID.byteaArray
        case .uuidArray: TypeOID.uuidArray
        case .jsonArray: TypeOID.jsonArray
        case .timestamptzArray: TypeOID.timestamptzArray
        }
    }

    /// Appends the value in PostgreSQL's binary format; nothing for NULL.
    func encode(into bytes: inout [UInt8]) {
        switch self {
        case .null: break
        case .bool(let value): bytes.append(value ? 1 : 0)
        case .int2(let value): bytes.append(bigEndian: value)
        case .int4(let value): bytes.append(bigEndian: value)
        case .int8(let value): bytes.append(bigEndian: value)
        case .text(let value): bytes.append(contentsOf: value.utf8)
        case .bytea(let value), .json(let value): bytes.append(contentsOf: value)
        case .uuid(let value): bytes.append(value)
        case .timestamptz(let micros): bytes.append(timestamptz: micros)
        default: encodeArray(into: &bytes)
        }
    }

    private func encodeArray(into bytes: inout [UInt8]) {
        switch self {
        case .boolArray(let values):
            bytes.append(array: values, of: TypeOID.bool) { $0.append($1 ? 1 : 0) }
        case .int2Array(let values):
            bytes.append(array: values, of: TypeOID.int2) { $0.append(bigEndian: $1) }
        case .int4Array(let values):
            bytes.append(array: values, of: TypeOID.int4) { $0.append(bigEndian: $1) }
        case .int8Array(let values):
            bytes.append(array: values, of: TypeOID.int8) { $0.append(bigEndian: $1) }
        case .uuidArray(let values):
            bytes.append(array: values, of: TypeOID.uuid) { $0.append($1) }
        case .timestamptzArray(let values):
            bytes.append(array: values, of: TypeOID.timestamptz) { $0.append(timestamptz: $1) }
        case .textArray(let values):
            bytes.append(nullableArray: values, of: TypeOID.text) { $0.append(contentsOf: $1.utf8) }
        case .byteaArray(let values):
            bytes.append(nullableArray: values, of: TypeOID.bytea) { $0.append(contentsOf: $1) }
        case .jsonArray(let values):
            bytes.append(nullableArray: values, of: TypeOID.json) { $0.append(contentsOf: $1) }
        default:
            break
        }
    }
}

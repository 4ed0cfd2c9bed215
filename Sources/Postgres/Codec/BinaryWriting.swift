import Foundation

extension [UInt8] {
    mutating func append<I: FixedWidthInteger>(bigEndian value: I) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    mutating func append(_ value: UUID) {
        Swift.withUnsafeBytes(of: value.uuid) { append(contentsOf: $0) }
    }

    /// Microseconds since 1970; what lies beyond PostgreSQL's range becomes its infinity.
    mutating func append(timestamptz micros: Int64) {
        let (shifted, overflow) = micros.subtractingReportingOverflow(postgresEpochMicros)
        append(bigEndian: overflow ? Int64.min : shifted)
    }

    mutating func append<V>(array values: [V], of type: UInt32, element: (inout [UInt8], V) -> Void) {
        appendArrayHeader(count: values.count, type: type, hasNulls: false)
        for value in values { appendElement { element(&$0, value) } }
    }

    mutating func append<V>(nullableArray values: [V?], of type: UInt32, element: (inout [UInt8], V) -> Void) {
        appendArrayHeader(count: values.count, type: type, hasNulls: values.contains { $0 == nil })
        for value in values {
            guard let value else {
                append(bigEndian: Int32(-1))
                continue
            }
            appendElement { element(&$0, value) }
        }
    }

    /// Dimensions, whether there are NULLs, element type, then length and lower bound of the one dimension.
    private mutating func appendArrayHeader(count: Int, type: UInt32, hasNulls: Bool) {
        append(bigEndian: Int32(count == 0 ? 0 : 1))
        append(bigEndian: Int32(hasNulls ? 1 : 0))
        append(bigEndian: type)
        guard count > 0 else { return }
        append(bigEndian: Int32(truncatingIfNeeded: count))
        append(bigEndian: Int32(1))
    }

    /// Writes an element after its length, which is known only afterwards.
    mutating func appendElement(_ write: (inout [UInt8]) -> Void) {
        let lengthAt = count
        append(bigEndian: Int32(0))
        write(&self)
        let length = Int32(truncatingIfNeeded: count - lengthAt - 4).bigEndian
        Swift.withUnsafeBytes(of: length) { source in
            for index in 0..<4 { self[lengthAt + index] = source[index] }
        }
    }
}

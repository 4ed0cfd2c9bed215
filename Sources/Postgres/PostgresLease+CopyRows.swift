extension PostgresLease {
    /// Adds rows to a table by `COPY … FROM STDIN` in the binary format, which takes the server less than half of what an
    /// INSERT does. The values must be of the columns' types.
    ///
    /// - Parameter table: the table's name and, in brackets, its columns.
    /// - Throws: `PostgresError`; then none of the rows is there.
    @discardableResult
    public func copyRows(into table: String, _ rows: some Sequence<[PostgresValue]>) async throws -> Int {
        try await copyIn("COPY \(table) FROM STDIN (FORMAT binary)") { writer in
            // Signature, no flags, no extension of the header.
            var bytes: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [UInt8](repeating: 0, count: 8)
            for row in rows {
                bytes.append(bigEndian: Int16(truncatingIfNeeded: row.count))
                for value in row { bytes.append(field: value) }
                if bytes.count >= 32_768 {
                    try await writer.write(bytes)
                    bytes.removeAll(keepingCapacity: true)
                }
            }
            bytes.append(bigEndian: Int16(-1))
            try await writer.write(bytes)
        }
    }
}

extension [UInt8] {
    /// A value behind its length; NULL is a length of -1.
    fileprivate mutating func append(field value: PostgresValue) {
        guard value != .null else { return append(bigEndian: Int32(-1)) }
        appendElement { value.encode(into: &$0) }
    }
}

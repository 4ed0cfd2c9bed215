/// The parameters of one statement as libpq wants them, in one buffer. Encoded on the caller's thread, so that
/// the reactor only copies.
struct EncodedParameters: Sendable {
    private(set) var types: [UInt32] = []
    private(set) var lengths: [Int32] = []
    private(set) var offsets: [Int] = []
    private(set) var bytes: [UInt8] = []

    /// PostgreSQL takes no message over 1 GiB, and the protocol counts parameters in 16 bits.
    static let maximumBytes = 1_000_000_000
    static let maximumCount = 65_535

    var count: Int { types.count }
    var byteCount: Int { bytes.count }

    init(_ values: [PostgresValue]) throws(PostgresError) {
        guard values.count <= Self.maximumCount else {
            throw PostgresError(.protocolViolation, "\(values.count) parameters; PostgreSQL takes \(Self.maximumCount)")
        }
        types.reserveCapacity(values.count)
        lengths.reserveCapacity(values.count)
        offsets.reserveCapacity(values.count)
        for value in values {
            let start = bytes.count
            types.append(value.typeOID)
            value.encode(into: &bytes)
            guard bytes.count <= Self.maximumBytes else {
                throw PostgresError(.protocolViolation, "parameters of more than \(Self.maximumBytes) bytes")
            }
            offsets.append(start)
            lengths.append(value == .null ? -1 : Int32(truncatingIfNeeded: bytes.count - start))
        }
    }

    /// Calls `body` with the pointer, length and format arrays that `PQsendQueryPrepared` takes.
    func withPointers<R>(
        _ body: (
            UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
        ) -> R
    ) -> R {
        let formats = [Int32](repeating: 1, count: count)
        return bytes.withUnsafeBytes { raw in
            // An empty value still needs a pointer: a null one would mean NULL.
            let base = raw.baseAddress?.assumingMemoryBound(to: CChar.self)
            return withUnsafePointer(to: CChar(0)) { empty in
                let pointers: [UnsafePointer<CChar>?] = (0..<count).map { index in
                    lengths[index] < 0 ? nil : (base.map { $0 + offsets[index] } ?? empty)
                }
                return body(pointers, lengths, formats)
            }
        }
    }
}

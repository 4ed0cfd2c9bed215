/// Reads rows out of the bytes of `COPY … TO STDOUT (FORMAT binary)`, however they are cut into chunks.
/// Holds one chunk and the beginning of a row, no more.
public struct BinaryCopyReader {
    private static let signature: [UInt8] = [80, 71, 67, 79, 80, 89, 10, 255, 13, 10, 0]
    private var buffer: [UInt8] = []
    private var start = 0
    private var isHeaderRead = false
    /// Whether the end mark has come: without it the COPY was cut off.
    public private(set) var isFinished = false

    public init() {}

    /// Adds the next bytes.
    public mutating func feed(_ chunk: some Collection<UInt8>) {
        if start > 0 {
            buffer.removeSubrange(..<start)
            start = 0
        }
        buffer.append(contentsOf: chunk)
    }

    /// The next whole row; nil when more bytes are needed, or after the end.
    ///
    /// - Throws: ``EventLogError/unreadable(_:)`` when the bytes are no binary COPY.
    public mutating func next() throws(EventLogError) -> CopiedRow? {
        guard try readHeader(), !isFinished, let count = integer(at: start, bytes: 2) else {
            return nil
        }
        if count == 0xFFFF {
            isFinished = true
            return nil
        }
        var fields: [Range<Int>?] = []
        fields.reserveCapacity(Int(count))
        var at = start + 2
        for _ in 0..<count {
            guard let length = integer(at: at, bytes: 4) else {
                return nil
            }
            at += 4
            if length == 0xFFFF_FFFF {
                fields.append(nil)
                continue
            }
            guard length <= 0x4000_0000 else {
                throw .unreadable("a COPY field of \(length) bytes")
            }
            guard buffer.count - at >= Int(length) else {
                return nil
            }
            fields.append(at..<at + Int(length))
            at += Int(length)
        }
        // Not a copy: the row is done with before more is fed, or else keeps these bytes while the reader takes others.
        let row = CopiedRow(bytes: buffer, fields: fields)
        start = at
        return row
    }

    /// The signature, a word of flags, and an extension to skip.
    private mutating func readHeader() throws(EventLogError) -> Bool {
        guard !isHeaderRead else {
            return true
        }
        let length = Self.signature.count
        guard buffer.count >= length + 8, let skipped = integer(at: length + 4, bytes: 4) else {
            return false
        }
        guard buffer.starts(with: Self.signature), skipped < 65_536 else {
            throw .unreadable("no binary COPY")
        }
        guard buffer.count >= length + 8 + Int(skipped) else {
            return false
        }
        start = length + 8 + Int(skipped)
        isHeaderRead = true
        return true
    }

    private func integer(at offset: Int, bytes count: Int) -> UInt64? {
        guard buffer.count - offset >= count else {
            return nil
        }
        var value: UInt64 = 0
        for index in offset..<offset + count { value = value << 8 | UInt64(buffer[index]) }
        return value
    }
}

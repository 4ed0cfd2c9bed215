import Crypto
import Foundation

/// Short digests of names that come in pairs.
enum Digest {
    /// The first 16 bytes of SHA-256 over the length of `first`, `first` and `second`.
    static func sixteen(_ first: String, _ second: String) -> [UInt8] {
        var hash = SHA256()
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: first.utf8.count).bigEndian) { hash.update(bufferPointer: $0) }
        hash.update(data: Array(first.utf8))
        hash.update(data: Array(second.utf8))
        return Array(hash.finalize().prefix(16))
    }

    /// The same as an id: always the same for the same names (RFC 9562, version 8).
    static func uuid(_ first: String, _ second: String) -> UUID {
        var bytes = sixteen(first, second)
        bytes[6] = bytes[6] & 0x0F | 0x80
        bytes[8] = bytes[8] & 0x3F | 0x80
        return bytes.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }
}

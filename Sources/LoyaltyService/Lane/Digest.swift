import Crypto

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
}

import Synchronization

/// Takes the data of a `COPY … FROM STDIN`. Small writes are gathered; use it from one task at a time.
public final class PostgresCopyWriter: Sendable {
    private static let bufferLength = 128 * 1024

    private let copy: CopyHandle
    private let buffer = Mutex<[UInt8]>([])

    init(_ copy: CopyHandle) {
        self.copy = copy
    }

    /// Adds bytes of the COPY's format; rows may be cut anywhere. Suspends while the socket is full.
    ///
    /// - Throws: `.connectionLost`, or `.cancelled` when the task was cancelled.
    public func write(_ bytes: [UInt8]) async throws(PostgresError) {
        let isFull = buffer.withLock { buffer in
            buffer.append(contentsOf: bytes)
            return buffer.count >= Self.bufferLength
        }
        if isFull { try await flush() }
    }

    func flush() async throws(PostgresError) {
        let bytes = buffer.withLock { buffer in
            defer { buffer = [] }
            return buffer
        }
        if !bytes.isEmpty { try await copy.write(bytes).get() }
    }
}

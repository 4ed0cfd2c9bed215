internal import CLibPQ
import Foundation

/// Asks OpenSSL, through libpq's own copy of it, for bytes that were decrypted but not yet read.
enum PendingTLS {
    private typealias Pending = @convention(c) (UnsafeMutableRawPointer) -> Int32

    // libpq links OpenSSL; without it no connection has TLS and the question never arises.
    private static let pending: Pending? = dlsym(dlopen(nil, RTLD_NOW), "SSL_pending").map {
        unsafeBitCast($0, to: Pending.self)
    }

    static func hasBytes(_ connection: OpaquePointer) -> Bool {
        guard PQsslInUse(connection) == 1, let pending, let ssl = PQsslStruct(connection, "OpenSSL") else {
            return false
        }
        return pending(ssl) > 0
    }
}

public import Crypto
public import Foundation
import Postgres

/// The ends of all partitions at one instant: whoever keeps them can prove later that nothing before them was changed, even
/// where somebody computed every hash anew, or cut a tail off together with its head.
public struct LogCheckpoint: Sendable, Equatable {
    /// Names the encoding that is signed.
    public static let format = "treue-checkpoint-1"

    public let log: UUID
    /// Microseconds since 1970-01-01 UTC.
    public let takenAtMicros: Int64
    /// By partition.
    public let heads: [LogHead]

    public init(log: UUID, takenAtMicros: Int64, heads: [LogHead]) {
        (self.log, self.takenAtMicros, self.heads) = (log, takenAtMicros, heads)
    }

    /// The bytes that are signed: lines of text, so that an auditor can put them together without our program.
    ///
    /// ```
    /// treue-checkpoint-1
    /// log 0190…            the log's id, in lower case
    /// taken 1793692800000000   microseconds since 1970-01-01 UTC
    /// 0 17 5ad3…           partition, position, hash in hexadecimal digits; one line a partition
    /// ```
    var message: Data {
        var lines = [LogCheckpoint.format, "log \(log.uuidString.lowercased())", "taken \(takenAtMicros)"]
        for head in heads { lines.append("\(head.partition) \(head.position) \(head.hash.hexadecimal)") }
        return Data((lines.joined(separator: "\n") + "\n").utf8)
    }
}

/// A checkpoint and who vouches for it (Ed25519, RFC 8032).
public struct SignedCheckpoint: Sendable, Equatable {
    public let checkpoint: LogCheckpoint
    /// 32 bytes.
    public let publicKey: [UInt8]
    /// 64 bytes.
    public let signature: [UInt8]

    public init(checkpoint: LogCheckpoint, publicKey: [UInt8], signature: [UInt8]) {
        (self.checkpoint, self.publicKey, self.signature) = (checkpoint, publicKey, signature)
    }

    public init(signing checkpoint: LogCheckpoint, with key: Curve25519.Signing.PrivateKey) throws {
        self.checkpoint = checkpoint
        publicKey = Array(key.publicKey.rawRepresentation)
        signature = Array(try key.signature(for: checkpoint.message))
    }

    /// The checkpoint, if that key signed exactly this.
    ///
    /// - Throws: ``CheckpointFault/otherKey``, ``CheckpointFault/notSigned``.
    public func opened(with trusted: [UInt8]) throws(CheckpointFault) -> LogCheckpoint {
        guard trusted == publicKey else { throw .otherKey }
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: trusted),
            key.isValidSignature(signature, for: checkpoint.message)
        else { throw .notSigned }
        return checkpoint
    }
}

/// Why a checkpoint proves nothing.
public enum CheckpointFault: Error, Sendable, Equatable, CustomStringConvertible {
    case otherKey
    case notSigned
    case otherLog(found: UUID)

    public var description: String {
        switch self {
        case .otherKey: "the checkpoint was signed with another key than the one trusted"
        case .notSigned: "the checkpoint is not what was signed: it has been changed"
        case .otherLog(let found): "the checkpoint is of another log (\(found.uuidString.lowercased()))"
        }
    }
}

extension EventLog {
    /// The ends of all partitions now, to be signed and kept.
    public func checkpoint(atMicros now: Int64, on connection: some PostgresQuerying) async throws -> LogCheckpoint {
        LogCheckpoint(log: id, takenAtMicros: now, heads: try await heads(on: connection))
    }
}

extension Sequence<UInt8> {
    /// Two digits a byte, in lower case.
    public var hexadecimal: String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

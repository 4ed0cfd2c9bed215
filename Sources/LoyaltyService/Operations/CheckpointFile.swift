public import EventLog
import Foundation
public import Wire

/// A signed checkpoint as JSON: what `treue log checkpoint` prints and an auditor keeps.
public enum CheckpointFile {
    /// A file that cannot be a checkpoint.
    public struct Fault: Error, Equatable, CustomStringConvertible {
        public var description: String
    }

    /// The object's members.
    public static func write(_ signed: SignedCheckpoint, to writer: inout JSONWriter) {
        let checkpoint = signed.checkpoint
        writer.member("format", LogCheckpoint.format)
        writer.member("log_id", checkpoint.log)
        writer.member("taken_at", timeMicros: checkpoint.takenAtMicros)
        writer.member("events", checkpoint.heads.reduce(0) { $0 + $1.position })
        writer.key("heads")
        writer.beginArray()
        for head in checkpoint.heads {
            writer.beginObject()
            writer.member("partition", Int64(head.partition))
            writer.member("position", head.position)
            writer.member("hash", head.hash.hexadecimal)
            writer.endObject()
        }
        writer.endArray()
        writer.member("public_key", signed.publicKey.hexadecimal)
        writer.member("signature", signed.signature.hexadecimal)
    }

    /// Reads what ``write(_:to:)`` wrote. Whether it is genuine, the signature says.
    public static func read(_ bytes: [UInt8]) throws(Fault) -> SignedCheckpoint {
        guard let value = try? JSONReader.read(bytes), case .string(LogCheckpoint.format)? = value["format"] else {
            throw Fault(description: "it is no JSON object with \"format\": \"\(LogCheckpoint.format)\"")
        }
        guard case .string(let id)? = value["log_id"], let log = UUIDText.parse(id),
            case .string(let time)? = value["taken_at"], let takenAt = try? RFC3339.micros(of: time),
            case .array(let elements)? = value["heads"], let publicKey = Self.bytes(value["public_key"]),
            let signature = Self.bytes(value["signature"])
        else { throw Fault(description: "log_id, taken_at, heads, public_key or signature is missing or unreadable") }
        var heads: [LogHead] = []
        for element in elements {
            guard case .integer(let partition)? = element["partition"], (0..<4096).contains(partition),
                case .integer(let position)? = element["position"], let hash = Self.bytes(element["hash"])
            else { throw Fault(description: "head \(heads.count) has no partition, position and hash") }
            heads.append(LogHead(partition: Int(partition), position: position, hash: hash))
        }
        return SignedCheckpoint(
            checkpoint: LogCheckpoint(log: log, takenAtMicros: takenAt, heads: heads), publicKey: publicKey,
            signature: signature)
    }

    /// Bytes of hexadecimal digits; nil for anything else.
    public static func bytes(hexadecimal text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count % 2 == 0, digits.count <= 256 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard digits[index] != UInt8(ascii: "+"),
                let byte = UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func bytes(_ value: JSONValue?) -> [UInt8]? {
        guard case .string(let text)? = value else { return nil }
        return bytes(hexadecimal: text)
    }
}

import Crypto
import Foundation

extension KeyRing {
    /// Seals an answer for the row of this key alone: rows cannot change places.
    func seal(answer: [UInt8], of row: [UInt8]) throws -> [UInt8] {
        try AES.GCM.seal(answer, using: answers, authenticating: row).combined.map(Array.init) ?? []
    }

    /// Opens what ``seal(answer:of:)`` made.
    ///
    /// - Throws: ``AnswerMismatch`` when another master key made it, or somebody changed it.
    func open(answer sealed: [UInt8], of row: [UInt8]) throws(AnswerMismatch) -> [UInt8] {
        do {
            return Array(
                try AES.GCM.open(try AES.GCM.SealedBox(combined: sealed), using: answers, authenticating: row))
        } catch {
            throw AnswerMismatch()
        }
    }

    /// A kept answer that does not open.
    struct AnswerMismatch: Error, CustomStringConvertible {
        var description: String { "a kept answer was sealed under another master key, or was changed" }
    }
}

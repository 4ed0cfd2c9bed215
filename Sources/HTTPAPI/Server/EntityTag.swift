import Crypto
import HTTPTypes
import Hummingbird
import Loyalty
import LoyaltyService

/// Tells two states of a member, or of a page, apart. Weak, because the `as_of` of two answers may differ where nothing
/// else does.
struct EntityTag: Hashable, Sendable {
    private let opaque: String

    /// - Parameter asOf: the instant that was asked for; nil for the present.
    init(version: Int64, lastChange: Instant, asOf: Instant?) {
        opaque = "\"\(version)-\(lastChange.micros)\(asOf.map { "-\($0.micros)" } ?? "")\""
    }

    /// Of a balance of now.
    init(of view: BalanceView) {
        self.init(version: view.version, lastChange: view.balance.lastChange, asOf: nil)
    }

    /// Of an answer that is always the same.
    init(of bytes: [UInt8]) {
        let digest = SHA256.hash(data: bytes).prefix(16)
        opaque = "\"" + digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\""
    }

    /// As it stands in the header field.
    var text: String { "W/\(opaque)" }

    /// Whether the caller holds this state already (`If-None-Match`).
    func isKnown(to request: Request) -> Bool {
        request.headers[values: .ifNoneMatch].contains { header in
            header.split(separator: ",").contains { candidate in
                let tag = candidate.drop { $0 == " " }.prefix { $0 != " " }
                return tag == "*" || tag == opaque || tag == text
            }
        }
    }
}

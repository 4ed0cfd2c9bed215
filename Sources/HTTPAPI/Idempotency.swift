public import Foundation
public import LoyaltyService
import HTTPTypes
import Hummingbird

/// A caller's `Idempotency-Key`, with what it belongs to: the same text of another API key, or on another route, is
/// another key.
public struct IdempotencyKey: Hashable, Sendable {
    /// 1 to 255 visible ASCII characters.
    public var text: String
    /// The API key that sent it.
    public var apiKey: UUID
    /// Method and path, such as `POST /v1/members`.
    public var route: String

    public init(text: String, apiKey: UUID, route: String) {
        (self.text, self.apiKey, self.route) = (text, apiKey, route)
    }
}

/// A member who was enrolled now, or by an earlier request with the same idempotency key and content.
public struct Enrolled: Sendable {
    public var member: MemberView
    /// Whether this is the first answer given again.
    public var isReplayed: Bool

    public init(_ member: MemberView, isReplayed: Bool = false) {
        (self.member, self.isReplayed) = (member, isReplayed)
    }
}

extension IdempotencyKey {
    static let header = HTTPField.Name("Idempotency-Key")!
    static let replayed = HTTPField.Name("Idempotent-Replayed")!
    private static let longest = 255

    /// nil where the request has none. The quotes of a structured field are not part of the key.
    static func of(_ request: Request, principal: Principal, route: String) throws(Problem) -> IdempotencyKey? {
        let given = request.headers[values: header]
        guard let first = given.first else { return nil }
        var text = first[...]
        if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") { text = text.dropFirst().dropLast() }
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
        guard given.count == 1, (1...longest).contains(text.utf8.count), isPlain else {
            throw .invalid([
                ServiceError.Fault(
                    pointer: "/Idempotency-Key",
                    detail: "must be one text of 1 to \(longest) visible ASCII characters")
            ], of: "header")
        }
        return IdempotencyKey(text: String(text), apiKey: principal.keyID, route: route)
    }
}

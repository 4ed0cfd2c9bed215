import HTTPTypes
import Hummingbird
import LoyaltyService

extension RequestKey {
    static let header = HTTPField.Name("Idempotency-Key")!
    static let replayed = HTTPField.Name("Idempotent-Replayed")!
    private static let longest = 255

    /// nil where the request has none. The quotes of a structured field are not part of the key.
    static func of(_ request: Request, principal: Principal, route: String) throws(Problem) -> RequestKey? {
        let given = request.headers[values: header]
        guard let first = given.first else { return nil }
        var text = first[...]
        if text.count >= 2, text.hasPrefix("\""), text.hasSuffix("\"") { text = text.dropFirst().dropLast() }
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }
        guard given.count == 1, (1...longest).contains(text.utf8.count), isPlain else {
            throw .invalid(
                [
                    ServiceError.Fault(
                        pointer: "/Idempotency-Key",
                        detail: "must be one text of 1 to \(longest) visible ASCII characters")
                ], of: "header")
        }
        return RequestKey(apiKey: principal.keyID, route: route, text: String(text))
    }
}

import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// Signatures of shops: HMAC-SHA256 over the body as it came, in Base64.
struct ShopSignature: Sendable {
    let header: HTTPField.Name
    private let keys: [SymmetricKey]

    init(header: HTTPField.Name, secrets: [String]) {
        self.header = header
        keys = secrets.filter { !$0.isEmpty }.map { SymmetricKey(data: Array($0.utf8)) }
    }

    /// Whether there is a secret at all.
    var isConfigured: Bool { !keys.isEmpty }

    /// Throws 401 unless the body bears a signature by one of the secrets. Compares in constant time.
    func check(_ request: Request, _ body: [UInt8]) throws(Problem) {
        let given = request.headers[values: header]
        guard given.count == 1, let code = Data(base64Encoded: given[0]) else { throw Self.refusal }
        var isValid = false
        for key in keys where HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: body, using: key) {
            isValid = true
        }
        guard isValid else { throw Self.refusal }
    }

    static let notConfigured = Problem.unauthenticated(
        "This connector has no secret yet; docs/shopify.md and docs/woocommerce.md say where it comes from.",
        challenge: "Signature realm=\"treue\"")
    static let refusal = Problem.unauthenticated(
        "The body is not signed with this connector's secret.", challenge: "Signature realm=\"treue\"")
}

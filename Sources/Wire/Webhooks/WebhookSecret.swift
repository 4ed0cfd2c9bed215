private import Crypto
private import Foundation

/// The secret that signs the webhooks of one endpoint, as Standard Webhooks has it: `whsec_` and base64.
public struct WebhookSecret: Hashable, Sendable {
    public var bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// 32 bytes that nobody knows.
    public static func random() -> WebhookSecret {
        WebhookSecret(bytes: SymmetricKey(size: .bits256).withUnsafeBytes(Array.init))
    }

    /// Reads `whsec_…`; nil for anything else.
    public init?(_ text: String) {
        guard text.hasPrefix(Self.prefix), let data = Data(base64Encoded: String(text.dropFirst(Self.prefix.count))),
            (16...64).contains(data.count)
        else { return nil }
        bytes = Array(data)
    }

    public var text: String { Self.prefix + Data(bytes).base64EncodedString() }

    private static let prefix = "whsec_"

    /// The value of `webhook-signature`: `v1,` and the HMAC-SHA256 of id, seconds and body. With several secrets one
    /// signature each, separated by spaces: whoever verifies takes any of them.
    public static func signatures(
        by secrets: [WebhookSecret], id: String, seconds: Int64, body: [UInt8]
    ) -> String {
        let signed = Array("\(id).\(seconds).".utf8) + body
        return secrets.map { secret in
            let code = HMAC<SHA256>.authenticationCode(for: signed, using: SymmetricKey(data: secret.bytes))
            return "v1,\(Data(code).base64EncodedString())"
        }.joined(separator: " ")
    }
}

extension WebhookSecret: CustomStringConvertible {
    /// A secret never reaches a log by mistake.
    public var description: String { "WebhookSecret(hidden)" }
}

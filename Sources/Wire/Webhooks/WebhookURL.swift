private import Foundation

/// An address that webhooks are sent to.
public struct WebhookURL: Hashable, Sendable {
    public let text: String
    /// Without brackets around an IPv6 address.
    public let host: String
    public let isSecure: Bool

    static let longest = 2_048

    /// - Returns: nil, with what is wrong, for anything but an absolute `http` or `https` URL with a host and without
    ///   user, password and fragment.
    public static func read(_ text: String) -> Result<WebhookURL, Fault> {
        guard text.utf8.count <= longest, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }),
            let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            scheme == "https" || scheme == "http", let host = parts.host, !host.isEmpty
        else {
            return .failure(
                Fault(
                    "must be an absolute URL such as https://shop.example/treue, of at most \(longest) ASCII characters"
                ))
        }
        guard parts.user == nil, parts.password == nil else {
            return .failure(Fault("must not hold a user or password"))
        }
        guard parts.fragment == nil else { return .failure(Fault("must not hold a fragment")) }
        guard parts.port.map({ (1...65_535).contains($0) }) ?? true else {
            return .failure(Fault("must have a port from 1 to 65535"))
        }
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        return .success(WebhookURL(text: text, host: bare.lowercased(), isSecure: scheme == "https"))
    }

    /// What is wrong, as a clause without its subject.
    public struct Fault: Error, Equatable, Sendable {
        public let detail: String

        init(_ detail: String) { self.detail = detail }
    }
}

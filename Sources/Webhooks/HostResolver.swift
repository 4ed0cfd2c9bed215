import Foundation
import LoyaltyService
import NIOCore
import NIOPosix
import Wire

/// Finds the address behind a URL, and refuses those that lead into somebody's own network.
struct HostResolver: Sendable {
    /// A host and the address to connect to.
    struct Target: Hashable, Sendable {
        var host: String
        var address: String
    }

    struct Refusal: Error, Equatable {
        var text: String
    }

    let allowsPrivateNetwork: Bool

    func resolve(_ url: String) async -> Result<Target, Refusal> {
        guard case .success(let parsed) = WebhookURL.read(url) else {
            return .failure(Refusal(text: "the URL cannot be used"))
        }
        guard parsed.isSecure || allowsPrivateNetwork else {
            return .failure(Refusal(text: "plain http is not allowed here"))
        }
        let host = parsed.host
        let addresses: [String]
        if PrivateNetwork.isPrivate(address: host) != nil {
            addresses = [host]
        } else {
            guard let found = await lookUp(host) else {
                return .failure(Refusal(text: "the host's name cannot be resolved"))
            }
            addresses = found
        }
        let allowed = addresses.filter { allowsPrivateNetwork || PrivateNetwork.isPrivate(address: $0) == false }
        guard let address = allowed.first else {
            return .failure(Refusal(text: "the host's address is private, loopback or link-local"))
        }
        return .success(Target(host: host, address: address))
    }

    /// The system's resolver, on a thread where blocking harms nobody.
    private func lookUp(_ host: String) async -> [String]? {
        try? await NIOThreadPool.singleton.runIfActive {
            var hints = addrinfo()
            hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
            hints.ai_flags = AI_ADDRCONFIG
            var list: UnsafeMutablePointer<addrinfo>?
            guard getaddrinfo(host, nil, &hints, &list) == 0 else { return nil }
            defer { freeaddrinfo(list) }
            var addresses: [String] = []
            var next = list
            while let info = next?.pointee {
                if let text = Self.numeric(info) { addresses.append(text) }
                next = info.ai_next
            }
            return addresses
        }
    }

    private static func numeric(_ info: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let length = socklen_t(text.count)
        guard getnameinfo(info.ai_addr, info.ai_addrlen, &text, length, nil, 0, NI_NUMERICHOST) == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

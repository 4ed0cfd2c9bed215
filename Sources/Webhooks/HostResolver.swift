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
    /// Longer nobody waits for a name: the system's resolver may take minutes where no name server answers.
    var timeout = Duration.seconds(5)
    /// Asks the system; blocks.
    var ask: @Sendable (_ host: String) -> [String]? = HostResolver.askSystem

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

    /// What `ask` says, on a thread where blocking harms nobody; nil where it has said nothing in time, or the task was
    /// cancelled. It goes on unheard then.
    private func lookUp(_ host: String) async -> [String]? {
        let (answers, sink) = AsyncStream<[String]?>.makeStream(bufferingPolicy: .bufferingOldest(1))
        let alarm = Task {
            try await Task.sleep(for: timeout)
            sink.finish()
        }
        defer { alarm.cancel() }
        NIOThreadPool.singleton.submit { [ask] state in
            sink.yield(state == .active ? ask(host) : nil)
            sink.finish()
        }
        for await found in answers { return found }
        return nil
    }

    private static func askSystem(_ host: String) -> [String]? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return nil }
        defer { freeaddrinfo(list) }
        var addresses: [String] = []
        var next = list
        while let info = next?.pointee {
            if let text = numeric(info) { addresses.append(text) }
            next = info.ai_next
        }
        return addresses
    }

    private static func numeric(_ info: addrinfo) -> String? {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let length = socklen_t(text.count)
        guard getnameinfo(info.ai_addr, info.ai_addrlen, &text, length, nil, 0, NI_NUMERICHOST) == 0 else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

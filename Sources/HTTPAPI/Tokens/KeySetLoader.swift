import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Where a key set is.
protocol KeySetLoader: Sendable {
    /// Whether only those who may know secrets can read it.
    var allowsSecrets: Bool { get }
    func load() async throws -> [UInt8]
    func close() async
}

/// A key set in a file.
struct KeySetFile: KeySetLoader {
    let path: String
    var allowsSecrets: Bool { true }

    func load() async throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw KeySetFault(reason: "the file cannot be read")
        }
        return Array(data)
    }

    func close() async {}
}

/// A key set at a URL: HTTPS, no redirects, five seconds, a mebibyte.
final class KeySetAddress: KeySetLoader {
    private let url: String
    private let client: HTTPClient
    var allowsSecrets: Bool { false }

    private static let longest = 1 << 20

    /// nil for what is no such URL.
    init?(_ text: String) {
        guard let parts = URLComponents(string: text), let host = parts.host, !host.isEmpty else { return nil }
        let isHere = ["localhost", "127.0.0.1", "[::1]", "::1"].contains(host)
        guard parts.scheme == "https" || (parts.scheme == "http" && isHere), parts.user == nil else { return nil }
        url = text
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.httpVersion = .http1Only
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    func load() async throws -> [UInt8] {
        let answer = try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(5))
        guard answer.status == .ok else {
            throw KeySetFault(reason: "the server answered \(answer.status.code)")
        }
        return Array(try await answer.body.collect(upTo: Self.longest).readableBytesView)
    }

    func close() async { try? await client.shutdown() }
}

import AsyncHTTPClient
public import LoyaltyService
import NIOCore
import NIOHTTP1
import NIOPosix

/// Sends webhooks over HTTP: no redirect is followed, no private address reached, no answer waited for or read beyond its
/// bound.
public struct HTTPWebhookTransport: WebhookTransport {
    private let configuration: WebhookConfiguration
    private let resolver: HostResolver

    public init(configuration: WebhookConfiguration) {
        self.configuration = configuration
        resolver = HostResolver(allowsPrivateNetwork: configuration.allowsPrivateNetwork)
    }

    public func channel() -> any WebhookChannel {
        HTTPWebhookChannel(configuration: configuration, resolver: resolver)
    }
}

/// The connections to one endpoint. A name is resolved for every attempt, and the client is told to connect to the very
/// address that was looked at: a name that changes its mind between the look and the connection gains nothing.
actor HTTPWebhookChannel: WebhookChannel {
    /// The most of an answer that is read, in bytes; nothing in it matters.
    private static let mostRead = 16 * 1_024
    private static let connectTimeout = TimeAmount.seconds(5)

    private let configuration: WebhookConfiguration
    private let resolver: HostResolver
    private var client: HTTPClient?
    private var target: HostResolver.Target?
    private var isClosed = false

    init(configuration: WebhookConfiguration, resolver: HostResolver) {
        (self.configuration, self.resolver) = (configuration, resolver)
    }

    func post(_ request: WebhookRequest) async -> WebhookAnswer {
        switch await resolver.resolve(request.url) {
        case .failure(let refusal): return .failure(refusal.text)
        case .success(let target):
            guard let client = await client(for: target) else { return .failure("the server is stopping") }
            return await send(request, through: client)
        }
    }

    func close() async {
        isClosed = true
        await giveUpClient()
    }

    /// The client that connects to that address and no other.
    private func client(for target: HostResolver.Target) async -> HTTPClient? {
        if isClosed { return nil }
        if let client, self.target == target { return client }
        let old = client
        var settings = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: Self.connectTimeout, read: .nanoseconds(configuration.timeout.nanos)),
            decompression: .disabled)
        settings.dnsOverride = [target.host: target.address]
        settings.httpVersion = .http1Only
        settings.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = configuration.concurrency
        settings.connectionPool.idleTimeout = .seconds(30)
        settings.connectionPool.retryConnectionEstablishment = false
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        self.target = target
        // What is on its way through the old one is made again: at least once.
        if let old { try? await old.shutdown() }
        return isClosed ? nil : client
    }

    private func giveUpClient() async {
        let old = client
        client = nil
        if let old { try? await old.shutdown() }
    }

    private nonisolated func send(_ request: WebhookRequest, through client: HTTPClient) async -> WebhookAnswer {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = .POST
        for (name, value) in request.headers { outgoing.headers.add(name: name, value: value) }
        outgoing.body = .bytes(ByteBuffer(bytes: request.body))
        let deadline = NIODeadline.now() + .nanoseconds(configuration.timeout.nanos)
        do {
            let response = try await client.execute(outgoing, deadline: deadline)
            let retryAfter = response.headers.first(name: "retry-after").flatMap { Int64($0) }
            let status = WebhookAnswer.status(Int(response.status.code), retryAfterSeconds: retryAfter)
            try await skim(response.body)
            return status
        } catch {
            return .failure(text(of: error))
        }
    }

    /// Reads an answer's body, so that the connection can be used again; one that is too long costs the connection.
    private nonisolated func skim(_ body: HTTPClientResponse.Body) async throws {
        var read = 0
        for try await chunk in body {
            read += chunk.readableBytes
            if read > Self.mostRead { return }
        }
    }

    /// Errors of the client are enumerations without content; others may quote what the endpoint sent, which is nobody's
    /// business here.
    private nonisolated func text(of error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: "no answer: \(error.shortDescription)"
        case is IOError, is ChannelError, is NIOConnectionError: "no connection to the endpoint"
        case is CancellationError: "broken off"
        default: "no answer: \(type(of: error))"
        }
    }
}

extension Duration {
    /// Whole nanoseconds, at most a day.
    var nanos: Int64 {
        let (seconds, attoseconds) = components
        return min(max(seconds, 0), 86_400) * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}

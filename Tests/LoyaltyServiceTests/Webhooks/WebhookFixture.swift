import EventLog
import Foundation
import Loyalty
import Postgres
import Synchronization
import Testing
import Wire

@testable import LoyaltyService

/// Endpoints in memory: answers by URL, and writes down what it was sent.
final class FakeEndpoints: WebhookTransport {
    struct Sent: Sendable {
        var url: String
        var id: String
        var member: String
        var type: String
        var version: Int64
        var request: WebhookRequest
        var answer: WebhookAnswer
    }

    private struct State {
        var sent: [Sent] = []
        var answers: [String: WebhookAnswer] = [:]
        /// Answers once for each of these messages, then as usual.
        var refusals: [String: Int] = [:]
        var hung: Set<String> = []
    }

    private let state = Mutex(State())

    var sent: [Sent] { state.withLock(\.sent) }
    /// What was answered with 2xx at a URL, in order.
    func taken(at url: String) -> [Sent] { sent.filter { $0.url == url && $0.answer.isSuccess } }

    func answer(_ answer: WebhookAnswer, at url: String) { state.withLock { $0.answers[url] = answer } }
    func hang(at url: String) { state.withLock { _ = $0.hung.insert(url) } }
    /// Refuses the first `times` attempts of each type of message.
    func refuse(_ type: String, times: Int) { state.withLock { $0.refusals[type] = times } }

    func channel() -> any WebhookChannel { Channel(endpoints: self) }

    private struct Channel: WebhookChannel {
        let endpoints: FakeEndpoints

        func post(_ request: WebhookRequest) async -> WebhookAnswer { await endpoints.take(request) }
        func close() async {}
    }

    private func take(_ request: WebhookRequest) async -> WebhookAnswer {
        if state.withLock({ $0.hung.contains(request.url) }) {
            // Until it is broken off.
            try? await Task.sleep(for: .seconds(3_600))
            return .failure("broken off")
        }
        return state.withLock { state in
            let value = try? JSONReader.read(request.body)
            func text(_ value: JSONValue?) -> String { if case .string(let text)? = value { text } else { "" } }
            var version: Int64 = 0
            if case .integer(let number)? = value?["data"]?["version"] { version = number }
            let type = text(value?["type"])
            var answer = state.answers[request.url] ?? .status(200)
            if let left = state.refusals[type], left > 0 {
                state.refusals[type] = left - 1
                answer = .status(500)
            }
            state.sent.append(
                Sent(
                    url: request.url, id: request.headers.first { $0.name == "webhook-id" }?.value ?? "",
                    member: text(value?["subject"]), type: type, version: version, request: request, answer: answer))
            return answer
        }
    }
}

/// A shop whose webhooks go to endpoints in memory, with all pauses short.
struct WebhookFixture: Sendable {
    let shop: Shop
    let endpoints: FakeEndpoints
    let configuration: WebhookConfiguration

    static func with(
        _ configure: (inout WebhookConfiguration) -> Void = { _ in },
        _ body: @escaping @Sendable (WebhookFixture) async throws -> Void
    ) async throws {
        var webhooks = WebhookConfiguration()
        webhooks.minimumBackoff = .milliseconds(5)
        webhooks.maximumBackoff = .milliseconds(20)
        webhooks.circuitPause = .milliseconds(20)
        webhooks.longestCircuitPause = .milliseconds(40)
        webhooks.pollInterval = .milliseconds(50)
        configure(&webhooks)
        var configuration = LoyaltyService.Configuration()
        configuration.webhooks = webhooks
        let settled = webhooks
        try await Shop.with(configuration: configuration) { shop in
            try await body(WebhookFixture(shop: shop, endpoints: FakeEndpoints(), configuration: settled))
        }
    }

    /// Real time, for pauses; what is recorded happens at ``Shop/now``.
    static let clock: @Sendable () -> Instant = {
        Instant(micros: Shop.now.micros + Int64(Date().timeIntervalSince(started) * 1_000_000))
    }
    private static let started = Date()

    /// An endpoint at a URL, from before anything happened.
    func register(_ url: String, types: Set<WebhookEventType> = []) async throws -> FreshWebhookEndpoint {
        let read = try WebhookURL.read(url).get()
        return try await shop.service.createWebhookEndpoint(
            WebhookEndpointBody(url: read, types: types), at: Shop.start)
    }

    /// Runs a server's follower and dispatcher for the duration of `body`.
    func delivering(_ body: @Sendable () async throws -> Void) async throws {
        let client = try await Shop.client(shop.url)
        var follow = FollowerConfiguration()
        follow.pollInterval = .milliseconds(20)
        let follower = LogFollower(
            WebhookConsumer(log: shop.log, configuration: configuration, clock: Self.clock), client: client,
            log: shop.log, configuration: follow, logger: Shop.logger, clock: { Shop.now.micros })
        let dispatcher = WebhookDispatcher(
            client: client, keys: KeyRing(master: Shop.master), transport: endpoints, configuration: configuration,
            logger: Shop.logger, clock: Self.clock)
        let result: Result<Void, any Error> = await withTaskGroup(of: Void.self) { group in
            group.addTask { await follower.run() }
            group.addTask { await dispatcher.run() }
            let result: Result<Void, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            follower.shutdown()
            dispatcher.shutdown()
            await group.waitForAll()
            return result
        }
        await client.shutdown()
        try result.get()
    }

    /// Purchases by new members; answers the members.
    func buy(members: Int, times: Int = 1, prefix: String = "p") async throws -> [UUID] {
        var ids: [UUID] = []
        for member in 0..<members {
            let id = try await shop.somebody()
            ids.append(id)
            for time in 0..<times {
                _ = try await shop.service.record(
                    .purchase("\(prefix)-\(member)-\(time)", by: .id(id), day: Int64(time + 1)),
                    receivedAt: Shop.now
                ).get()
            }
        }
        return ids
    }

    /// Looks until it is so, and gives up after a minute.
    func until(_ what: Comment, _ isSo: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < end {
            if try await isSo() { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        Issue.record(what)
        throw CancellationError()
    }

    func states(of endpoint: UUID) async throws -> [WebhookDelivery.State: Int] {
        let page = try await shop.service.webhookDeliveries(
            of: endpoint, state: nil, at: Shop.now, page: PageRequest(limit: 200))
        return Dictionary(grouping: page.items, by: \.state).mapValues(\.count)
    }
}

/// What administrators do, without their keys.
extension LoyaltyService {
    func createWebhookEndpoint(
        _ body: WebhookEndpointBody, at now: Instant
    ) async throws(ServiceError) -> FreshWebhookEndpoint {
        try await acting { try await self.webhookDesk.create(body, by: .server, at: now, on: $0) }
    }

    func updateWebhookEndpoint(
        _ id: UUID, _ change: WebhookEndpointChange, at now: Instant
    ) async throws(ServiceError) -> WebhookEndpoint {
        try await acting { try await self.webhookDesk.update(id, change, by: .server, at: now, on: $0) }
    }

    func deleteWebhookEndpoint(_ id: UUID) async throws(ServiceError) {
        try await acting { try await self.webhookDesk.delete(id, by: .server, at: Shop.now, on: $0) }
    }

    func rotateWebhookSecret(
        of id: UUID, _ rotation: WebhookRotation, at now: Instant
    ) async throws(ServiceError) -> FreshWebhookEndpoint {
        try await acting { try await self.webhookDesk.rotate(id, rotation, by: .server, at: now, on: $0) }
    }

    func replayWebhooks(
        of id: UUID, _ replay: WebhookReplay, at now: Instant
    ) async throws(ServiceError) -> Int {
        try await acting { try await self.webhookDesk.replay(replay, of: id, by: .server, at: now, on: $0) }
    }

    private func acting<Value: Sendable>(
        _ body: @Sendable (PostgresLease) async throws -> Value
    ) async throws(ServiceError) -> Value {
        do {
            return try await transaction(body)
        } catch {
            throw translated(error)
        }
    }
}

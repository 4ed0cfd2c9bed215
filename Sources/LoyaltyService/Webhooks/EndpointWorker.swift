import EventLog
import Foundation
import Logging
import Loyalty
import Postgres
import Synchronization
import Wire

/// Delivers what waits for one endpoint: in order for each member, several members at a time. Has a queue, connections
/// and a circuit of its own, so that it costs no other endpoint anything.
final class EndpointWorker: Sendable {
    /// What the worker needs of the world.
    struct World: Sendable {
        var client: PostgresClient
        var keys: KeyRing
        var configuration: WebhookConfiguration
        var logger: Logger
        var clock: @Sendable () -> Instant
    }

    private enum Signal: Sendable {
        case look
        case done(DeliveryWindow.Item, AttemptResult?, WebhookAnswer?)
    }

    private struct Shared {
        var endpoint: WebhookEndpoint
        var hasNews = true
        /// A `look` is in the stream already.
        var isSignalled = false
    }

    let id: UUID
    private let world: World
    private let channel: any WebhookChannel
    private let shared: Mutex<Shared>
    private let signals: AsyncStream<Signal>
    private let sink: AsyncStream<Signal>.Continuation

    init(_ endpoint: WebhookEndpoint, channel: any WebhookChannel, world: World) {
        (id, self.channel, self.world) = (endpoint.id, channel, world)
        shared = Mutex(Shared(endpoint: endpoint))
        // Bounded: one `look`, and a `done` for each attempt under way.
        (signals, sink) = AsyncStream.makeStream()
    }

    /// The endpoint's row was read anew.
    func update(_ endpoint: WebhookEndpoint) { shared.withLock { $0.endpoint = endpoint } }

    /// Time has passed.
    func tick() {
        let isFirst = shared.withLock { shared in
            defer { shared.isSignalled = true }
            return !shared.isSignalled
        }
        if isFirst { sink.yield(.look) }
    }

    /// There may be new rows.
    func look() {
        shared.withLock { $0.hasNews = true }
        tick()
    }

    /// Works until the task is cancelled; attempts under way are then broken off, and made again by whoever is next.
    func run() async {
        var window = DeliveryWindow()
        var circuit = CircuitBreaker(world.configuration)
        await withDiscardingTaskGroup { group in
            for await signal in signals {
                if Task.isCancelled { break }
                switch signal {
                case .look: shared.withLock { $0.isSignalled = false }
                case .done(let item, let result, let answer):
                    await settle(item, result, answer, &window, &circuit)
                }
                await fill(&window)
                let free = world.configuration.concurrency - window.runningCount
                let now = world.clock()
                guard free > 0, window.nextDue.map({ $0 <= now }) == true else { continue }
                let permitted = circuit.permits(free, at: now)
                let items = window.start(at: now, limit: permitted)
                if items.isEmpty { circuit.withdrawTrial(at: now) }
                for item in items { group.addTask { await self.attempt(item) } }
            }
            group.cancelAll()
        }
        await channel.close()
    }

    private func fill(_ window: inout DeliveryWindow) async {
        do {
            while window.room > 0, shared.withLock({ $0.hasNews }) {
                let limit = min(window.room, 500)
                // Cleared before the look: news that comes meanwhile is looked for again.
                shared.withLock { $0.hasNews = false }
                let items = try await WebhookDeliveryStore().waiting(
                    for: id, after: window.cursor, limit: limit, on: world.client)
                window.add(items)
                if items.count == limit { shared.withLock { $0.hasNews = true } }
            }
            while let member = window.memberToRefill {
                let items = try await WebhookDeliveryStore().waiting(
                    for: id, member: member, limit: window.memberCapacity, on: world.client)
                window.refill(items, of: member)
            }
        } catch {
            shared.withLock { $0.hasNews = true }
            world.logger.warning("webhooks could not be read", metadata: ["error": "\(error)"])
        }
    }

    /// One attempt, and its result on disk.
    private func attempt(_ item: DeliveryWindow.Item) async {
        do {
            let now = world.clock()
            let content = try await WebhookDeliveryStore().content(of: item.id, at: now, on: world.client)
            guard let content else { return done(item, nil) }
            // It keeps its place: whoever enables the endpoint may do so before anybody saw that it was disabled.
            guard content.isEnabled else { return wait(item, for: world.configuration.pollInterval) }
            let (result, answer) = try await result(of: item, content, at: now)
            // A broken-off attempt tells nothing about the endpoint.
            if Task.isCancelled { return }
            try await WebhookDeliveryStore().settle(item.id, result, at: world.clock(), on: world.client)
            done(item, result, answer)
        } catch {
            // The database is away: the same attempt again, a little later.
            world.logger.warning("a webhook could not be settled", metadata: ["error": "\(error)"])
            wait(item, for: .seconds(1))
        }
    }

    private func done(_ item: DeliveryWindow.Item, _ result: AttemptResult?, _ answer: WebhookAnswer? = nil) {
        sink.yield(.done(item, result, answer))
    }

    /// The same attempt again, later.
    private func wait(_ item: DeliveryWindow.Item, for pause: Duration) {
        let later = Instant(micros: world.clock().micros + pause.micros)
        done(item, AttemptResult(state: .pending, attempts: item.attempts, nextAt: later))
    }

    private func result(
        of item: DeliveryWindow.Item, _ content: WebhookDeliveryStore.Content, at now: Instant
    ) async throws -> (AttemptResult, WebhookAnswer?) {
        let policy = DeliveryPolicy(world.configuration)
        guard !policy.isTooOld(item, at: now) else {
            let text = "not delivered within the time it may take"
            return (AttemptResult(state: .dead, attempts: item.attempts, nextAt: now, error: text), nil)
        }
        let answer = await channel.post(try request(for: content, at: now))
        var generator = SystemRandomNumberGenerator()
        return (policy.result(of: answer, for: item, at: world.clock(), using: &generator), answer)
    }

    private func request(for content: WebhookDeliveryStore.Content, at now: Instant) throws -> WebhookRequest {
        let secrets = try content.secrets.map { sealed in
            WebhookSecret(bytes: try world.keys.open(sealed.sealed, dataKey: sealed.key, for: id))
        }
        return WebhookRequest(
            messageID: content.messageID, body: content.body, url: content.url, secrets: secrets,
            seconds: now.micros / 1_000_000, traceparent: WebhookEnvelope.traceparent(in: content.body))
    }

    private func settle(
        _ item: DeliveryWindow.Item, _ result: AttemptResult?, _ answer: WebhookAnswer?,
        _ window: inout DeliveryWindow, _ circuit: inout CircuitBreaker
    ) async {
        let retryAt = result.flatMap { $0.state == .pending ? $0.nextAt : nil }
        window.finish(item, attempts: result?.attempts ?? item.attempts, retryAt: retryAt)
        let now = world.clock()
        guard let answer else { return circuit.withdrawTrial(at: now) }
        let changed = circuit.note(success: answer.isSuccess, at: now)
        await note(answer, changed: changed, circuit, at: now)
    }

    /// Keeps the endpoint's row true, without a write for every message.
    private func note(_ answer: WebhookAnswer, changed: Bool, _ circuit: CircuitBreaker, at now: Instant) async {
        let (store, endpoint) = (WebhookEndpointStore(), shared.withLock(\.endpoint))
        do {
            if case .status(410, _) = answer {
                try await store.disable(id, reason: "the endpoint answered 410 Gone", at: now, on: world.client)
            }
            let failingSince = answer.isSuccess ? nil : endpoint.failingSince ?? now
            let isStale = endpoint.lastSuccessAt.map { now.micros - $0.micros > 60_000_000 } ?? true
            guard changed || failingSince != endpoint.failingSince || (answer.isSuccess && isStale) else { return }
            let health = EndpointHealth(
                lastSuccess: answer.isSuccess ? now : nil, failingSince: failingSince, openUntil: circuit.openUntil)
            try await store.note(health, of: id, on: world.client)
            shared.withLock { shared in
                shared.endpoint.failingSince = failingSince
                if answer.isSuccess { shared.endpoint.lastSuccessAt = now }
            }
        } catch {
            world.logger.debug("an endpoint's health was not noted", metadata: ["error": "\(error)"])
        }
    }
}

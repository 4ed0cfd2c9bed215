import EventLog
import Foundation
public import Logging
public import Loyalty
public import Postgres
import Synchronization
import Wire

/// Sends what the log has written for the endpoints: a worker each. Of several server processes one sends; another takes
/// over when it ends.
public final class WebhookDispatcher: Sendable {
    private let world: EndpointWorker.World
    private let transport: any WebhookTransport
    private let wakes: AsyncStream<Bool>
    private let waker: AsyncStream<Bool>.Continuation
    private let isStopping = Mutex(false)
    private let hasNewsFlag = Mutex(false)

    /// The name of the lock.
    static let name = "webhook_delivery"

    public init(
        client: PostgresClient, keys: KeyRing, transport: any WebhookTransport,
        configuration: WebhookConfiguration = WebhookConfiguration(), logger: Logger,
        clock: @escaping @Sendable () -> Instant
    ) {
        world = EndpointWorker.World(
            client: client, keys: keys, configuration: configuration, logger: logger, clock: clock)
        self.transport = transport
        (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(2))
    }

    /// Starts nothing more; ``run()`` returns when what is under way has been broken off. It is sent again later.
    public func shutdown() {
        isStopping.withLock { $0 = true }
        waker.finish()
    }

    /// Sends until ``shutdown()``. May be called once.
    public func run() async {
        await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [waker] in
                    while (try? await Task.sleep(for: .milliseconds(100))) != nil { waker.yield(false) }
                }
                group.addTask { [waker, world] in
                    for await _ in world.client.listen(WebhookDeliveryStore.channel) { waker.yield(true) }
                }
                await Task { await loop() }.value
                group.cancelAll()
            }
        } onCancel: {
            shutdown()
        }
    }

    private func loop() async {
        var wakes = wakes.makeAsyncIterator()
        while !isStopping.withLock({ $0 }) {
            do {
                if try await SessionLock(name: Self.name).isFree(on: world.client) {
                    try await world.client.withConnection { lease in try await lead(on: lease, &wakes) }
                }
            } catch {
                world.logger.warning("webhooks are tried again", metadata: ["error": "\(error)"])
            }
            let end = ContinuousClock.now + .seconds(1)
            while ContinuousClock.now < end, await wakes.next(isolation: nil) != nil {}
        }
    }

    /// Sends as long as the lock is ours: the endpoints are read on the connection that holds it, so that its end is
    /// noticed.
    private func lead(on lease: PostgresLease, _ wakes: inout AsyncStream<Bool>.Iterator) async throws {
        guard try await SessionLock(name: Self.name).take(on: lease) else { return }
        var workers: [UUID: (worker: EndpointWorker, task: Task<Void, Never>)] = [:]
        let result: Result<Void, any Error>
        do {
            result = .success(try await supervise(&workers, on: lease, &wakes))
        } catch {
            result = .failure(error)
        }
        for (_, task) in workers.values { task.cancel() }
        for (_, task) in workers.values { await task.value }
        try result.get()
    }

    private func supervise(
        _ workers: inout [UUID: (worker: EndpointWorker, task: Task<Void, Never>)], on lease: PostgresLease,
        _ wakes: inout AsyncStream<Bool>.Iterator
    ) async throws {
        var lookedAt: ContinuousClock.Instant?
        var prunedAt: ContinuousClock.Instant?
        repeat {
            let now = ContinuousClock.now
            let isTime = lookedAt.map { now - $0 >= world.configuration.pollInterval } ?? true
            if isTime || hasNews {
                hasNewsFlag.withLock { $0 = false }
                let endpoints = try await WebhookEndpointStore().endpoints(at: world.clock(), on: lease)
                await reconcile(&workers, with: endpoints.filter(\.isEnabled))
                lookedAt = now
                for (worker, _) in workers.values { worker.look() }
            } else {
                for (worker, _) in workers.values { worker.tick() }
            }
            if prunedAt.map({ now - $0 >= .seconds(60) }) ?? true {
                while try await WebhookDeliveryStore().prune(at: world.clock(), on: lease) == 1_000 {}
                prunedAt = now
            }
        } while await next(&wakes)
    }

    private var hasNews: Bool { hasNewsFlag.withLock { $0 } }

    private func next(_ wakes: inout AsyncStream<Bool>.Iterator) async -> Bool {
        guard let isNews = await wakes.next(isolation: nil) else { return false }
        if isNews { hasNewsFlag.withLock { $0 = true } }
        return true
    }

    private func reconcile(
        _ workers: inout [UUID: (worker: EndpointWorker, task: Task<Void, Never>)], with endpoints: [WebhookEndpoint]
    ) async {
        let wanted = Set(endpoints.map(\.id))
        for id in workers.keys where !wanted.contains(id) {
            guard let (_, task) = workers.removeValue(forKey: id) else { continue }
            task.cancel()
            await task.value
        }
        for endpoint in endpoints {
            if let (worker, _) = workers[endpoint.id] {
                worker.update(endpoint)
            } else {
                let worker = EndpointWorker(endpoint, channel: transport.channel(), world: world)
                workers[endpoint.id] = (worker, Task { await worker.run() })
            }
        }
    }
}

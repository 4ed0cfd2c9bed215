import Synchronization

/// Group commit: requests gather while a batch commits, and the next batch takes all of them.
///
/// The lane has a thread, one connection and a bounded queue of its own. `body` runs on that thread, so that its steps wake
/// no other; it gets everything that waits, runs its SQL on the lease (normally one statement, so one transaction and one
/// fsync) and returns one result a request, in order.
public final class AppendLane<Request: Sendable, Response: Sendable>: Sendable {
    public typealias Body = @Sendable ([Request], PostgresLease) async -> [Result<Response, any Error>]

    private struct Entry: Sendable {
        let request: Request
        let answer: @Sendable (Result<Response, any Error>) -> Void
    }

    private struct State {
        var queue: BatchQueue<Entry>
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let client: PostgresClient
    private let weight: @Sendable (Request) -> Int
    private let body: Body
    private let state: Mutex<State>

    /// - Parameters:
    ///   - queueLimit: requests that may wait; beyond it `submit` throws `.queueFull` at once.
    ///   - maximumBatch: the weight handed to `body` at once, at most; one request is handed over whatever it weighs.
    ///   - weight: what a request carries.
    public init(
        client: PostgresClient, queueLimit: Int, maximumBatch: Int,
        weight: @escaping @Sendable (Request) -> Int = { _ in 1 }, body: @escaping Body
    ) {
        self.client = client
        self.weight = weight
        self.body = body
        state = Mutex(State(queue: BatchQueue(limit: max(1, queueLimit), maximumBatch: max(1, maximumBatch))))
    }

    /// Requests that wait; those being carried out are not counted.
    public var depth: Int { state.withLock { $0.queue.count } }

    /// Joins the queue and waits for the answer.
    ///
    /// - Throws: the failure that `body` returned for this request; `PostgresError` `.queueFull`, `.closed`, or
    ///   `.cancelled` when the task was cancelled before a batch took the request. All three are unsent.
    public func submit(_ request: Request) async throws -> Response {
        let slot = CancellationSlot()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                enqueue(Entry(request: request) { continuation.resume(with: $0) }, slot)
            }
        } onCancel: {
            if let id = slot.cancel() { cancel(id) }
        }
    }

    /// Joins the queue; `answer` is called once, on the lane's thread or, where the request is not taken, at once.
    public func submit(_ request: Request, answer: @escaping @Sendable (Result<Response, any Error>) -> Void) {
        enqueue(Entry(request: request, answer: answer), CancellationSlot())
    }

    /// Joins the queue with several requests at once, so that they keep their order, and waits for all answers. They
    /// may come in several batches. Not to be cancelled.
    public func submit(all requests: [Request]) async -> [Result<Response, any Error>] {
        guard !requests.isEmpty else { return [] }
        return await withCheckedContinuation { continuation in
            let answers = AnswerCollector(count: requests.count) { continuation.resume(returning: $0) }
            for (index, request) in requests.enumerated() {
                enqueue(Entry(request: request) { answers.set($0, at: index) }, CancellationSlot())
            }
        }
    }

    /// Takes nothing new. What was taken is still answered.
    public func shutdown() {
        let (outcome, sleeper) = state.withLock { ($0.queue.shutdown(), $0.sleeper.take()) }
        sleeper?.resume()
        if case .orphans(let entries) = outcome {
            for entry in entries { entry.answer(.failure(PostgresError.isClosed)) }
        }
    }

    /// The lane's work; returns after `shutdown()`, when everything taken has been answered. Cancelling the task
    /// shuts the lane down. May be called once.
    public func run() async {
        guard state.withLock({ $0.queue.begin() }) else { return }
        let id = ConnectionID.next()
        if !client.onShutdown(id, { [weak self] in self?.shutdown() }) { shutdown() }
        // Without a thread of its own, where the system has none left, the lane shares the client's.
        let reactor = try? client.makeReactor()
        // A task of its own: what was taken is finished even when ours is cancelled.
        let loop = Task(executorPreference: reactor) { await self.drain(on: reactor) }
        await withTaskCancellationHandler {
            await loop.value
        } onCancel: {
            shutdown()
        }
        if let reactor { await client.stop(reactor) }
        client.forgetStopper(id)
    }
}

// MARK: - The queue

extension AppendLane {
    private func enqueue(_ entry: Entry, _ slot: CancellationSlot) {
        let id = ConnectionID.next()
        guard slot.fill(id) else {
            return entry.answer(.failure(PostgresError(.cancelled, "cancelled before it was queued")))
        }
        let (submitted, sleeper) = state.withLock { state in
            let submitted = state.queue.submit(entry, id: id, weight: weight(entry.request))
            return (submitted, submitted == .accepted(wakesRunner: true) ? state.sleeper.take() : nil)
        }
        sleeper?.resume()
        switch submitted {
        case .accepted:
            // The handler may have run before the request was in the queue.
            if slot.isCancelled { cancel(id) }
        case .full:
            entry.answer(.failure(PostgresError(.queueFull, "the append lane's queue is full")))
        case .closed:
            entry.answer(.failure(PostgresError.isClosed))
        }
    }

    private func cancel(_ id: UInt64) {
        let entry = state.withLock { $0.queue.cancel(id) }
        entry?.answer(.failure(PostgresError(.cancelled, "cancelled while it waited")))
    }

    /// Everything that waits, or nil after shutdown.
    private func nextBatch() async -> [Entry]? {
        while true {
            let taken = state.withLock { $0.queue.take() }
            switch taken {
            case .batch(let entries): return entries
            case .finished: return nil
            case .wait: await sleep()
            }
        }
    }

    private func sleep() async {
        await withCheckedContinuation { continuation in
            let mustWait = state.withLock { state in
                guard state.queue.isRunnerSleeping else { return false }
                state.sleeper = continuation
                return true
            }
            if !mustWait { continuation.resume() }
        }
    }
}

// MARK: - The loop

extension AppendLane {
    private func drain(on reactor: Reactor?) async {
        var source: LeaseSource?
        var lease: PostgresLease?
        while let batch = await nextBatch() {
            do throws(PostgresError) {
                if source == nil { source = try client.makePool(on: reactor) }
                guard let source else { continue }
                let current = try await fit(lease, from: source)
                lease = current
                answer(batch, await body(batch.map(\.request), current))
            } catch {
                lease = nil
                for entry in batch { entry.answer(.failure(error)) }
            }
        }
        if let source {
            if let lease { source.release(lease) }
            client.closePool(source)
        }
    }

    /// The lease itself when it can serve another batch; else the pool looks at it and gives a good one.
    private func fit(_ lease: PostgresLease?, from source: LeaseSource) async throws(PostgresError) -> PostgresLease {
        if let lease {
            if lease.isFit { return lease }
            source.release(lease)
        }
        return try await source.acquire()
    }

    private func answer(_ batch: [Entry], _ results: [Result<Response, any Error>]) {
        for (entry, result) in zip(batch, results) { entry.answer(result) }
        guard results.count < batch.count else { return }
        let error = PostgresError(
            .protocolViolation, "\(batch.count) requests got \(results.count) answers", wasSent: true)
        for entry in batch[results.count...] { entry.answer(.failure(error)) }
    }
}

/// Waits for the answers to several requests.
private final class AnswerCollector<Response: Sendable>: Sendable {
    private typealias Answer = Result<Response, any Error>

    private let state: Mutex<(answers: [Result<Response, any Error>?], missing: Int)>
    private let whenComplete: @Sendable ([Result<Response, any Error>]) -> Void

    init(count: Int, whenComplete: @escaping @Sendable ([Result<Response, any Error>]) -> Void) {
        state = Mutex((Array(repeating: nil, count: count), count))
        self.whenComplete = whenComplete
    }

    /// Each place is set once.
    func set(_ answer: Result<Response, any Error>, at index: Int) {
        let complete = state.withLock { state -> [Answer]? in
            state.answers[index] = answer
            state.missing -= 1
            return state.missing == 0 ? state.answers.compactMap { $0 } : nil
        }
        if let complete { whenComplete(complete) }
    }
}

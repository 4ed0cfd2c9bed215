public import EventLog
import Foundation
public import Logging
public import Loyalty
public import Postgres
import Synchronization
public import Wire

/// Treue without HTTP: takes commands in, records them, and answers what members have and why.
public final class LoyaltyService: Sendable {
    /// Bounds of the service.
    public struct Configuration: Sendable {
        /// Commands that may wait or be under way; more are refused with 503.
        public var queueLimit = 8_192
        /// Commands in one transaction at most.
        public var maximumBatch = 256
        /// Members whose state is kept in memory.
        public var cachedMembers = 50_000
        public var webhooks = WebhookConfiguration()

        public init() {}
    }

    public let programme: Programme
    let client: PostgresClient
    let log: EventLog
    let directory: Directory
    let keys: KeyRing
    let logger: Logger
    let clock: @Sendable () -> Instant
    let webhooks: WebhookConfiguration
    let laneFigures = LaneFigures()
    private let signal: LogSignal
    private let lane: AppendLane<[LaneRequest], [Result<LaneReply, any Error>]>
    let keyCache: PrincipalCache
    /// Long work that administrators ask for; runs while ``OperationRunner/run()`` does.
    public let operations: OperationRunner
    private let queueLimit: Int
    private let waiting = Mutex(0)

    /// A service over a migrated database; ``run()`` must be running for it to record anything.
    ///
    /// - Parameter clock: the time of recording.
    public init(
        client: PostgresClient, log: EventLog, programme: Programme, keys: KeyRing, logger: Logger,
        configuration: Configuration = Configuration(), clock: @escaping @Sendable () -> Instant
    ) {
        (self.client, self.log, self.programme, self.keys, self.logger) = (client, log, programme, keys, logger)
        directory = Directory(client: client, log: log, keys: keys, programme: programme, clock: clock)
        webhooks = configuration.webhooks
        keyCache = PrincipalCache()
        self.clock = clock
        operations = OperationRunner(client: client, logger: logger, clock: clock)
        queueLimit = max(1, configuration.queueLimit)
        let decider = Lane(log: log, programme: programme, cachedMembers: configuration.cachedMembers, clock: clock)
        let signal = LogSignal(client: client, logger: logger)
        self.signal = signal
        lane = AppendLane(
            client: client, queueLimit: configuration.queueLimit, maximumBatch: configuration.maximumBatch
        ) { [laneFigures] bundles, lease in
            let began = ContinuousClock.now
            defer {
                signal.raise()
                laneFigures.note(
                    requests: bundles.reduce(0) { $0 + $1.count }, elapsed: ContinuousClock.now - began)
            }
            return await decider.process(bundles, on: lease)
        }
    }

    /// Records until ``shutdown()``; returns when everything taken is answered.
    public func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [signal] in await signal.run() }
            group.addTask { await self.lookAfterOrders() }
            await lane.run()
            signal.shutdown()
            group.cancelAll()
        }
    }

    /// Takes nothing more.
    public func shutdown() { lane.shutdown() }

    /// Whether requests can be answered.
    public var isReady: Bool { client.isConnected }

    /// Commands that wait or are under way.
    public var depth: Int { waiting.withLock { $0 } }

    /// Records one event of a checkout: durable when it returns.
    public func record(_ event: IncomingEvent, receivedAt: Instant) async -> Result<EventAnswer, ServiceError> {
        await record([event], receivedAt: receivedAt)[0]
    }

    /// Records events, in order, as ``record(_:receivedAt:)`` does, but gives up where a remembered member may be another's.
    func recordOnce(_ events: [IncomingEvent], receivedAt: Instant) async -> [Result<EventAnswer, ServiceError>] {
        do {
            var answers: [Result<EventAnswer, ServiceError>?] = events.map { event in
                let isInFuture = (event.time ?? receivedAt).micros > receivedAt.micros + LoyaltyService.clockTolerance
                return isInFuture ? .failure(.eventInFuture) : nil
            }
            let members = try await directory.resolve(
                events.indices.filter { answers[$0] == nil }.map { events[$0].member })
            var places: [Int] = []
            var requests: [LaneRequest] = []
            var strangers: [Int] = []
            for (index, event) in events.enumerated() where answers[index] == nil {
                if let member = members[event.member] {
                    places.append(index)
                    let work = LaneRequest.Work.event(event, at: event.time ?? receivedAt)
                    requests.append(
                        LaneRequest(
                            memberID: member.id, work: work, newcomer: member.newcomer,
                            isRemembered: member.isRemembered))
                } else {
                    strangers.append(index)
                }
            }
            for (index, error) in try await errors(forStrangers: strangers, in: events) {
                answers[index] = .failure(error)
            }
            for (place, (request, reply)) in zip(places, zip(requests, await submit(requests))) {
                answers[place] = answer(reply, to: events[place], as: request)
            }
            return answers.map { $0 ?? .failure(.contended) }
        } catch {
            let fault = translated(error)
            return events.map { _ in .failure(fault) }
        }
    }

    /// Nobody has the identifier: not found, unless the event was recorded before, for somebody else.
    private func errors(forStrangers indices: [Int], in events: [IncomingEvent]) async throws -> [(Int, ServiceError)] {
        let known = try await log.events(byKeys: Array(Set(indices.map { events[$0].key })), on: client)
        return indices.map { ($0, known[events[$0].key] == nil ? .memberNotFound : .eventConflict) }
    }

    /// Hands requests to the lane together, so that they keep their order.
    func submit(_ requests: [LaneRequest]) async -> [Result<LaneReply, any Error>] {
        guard !requests.isEmpty else { return [] }
        // The lane counts bundles; what takes memory is requests. A bundle alone always fits, or it never would.
        let isTaken = waiting.withLock { waiting in
            guard waiting == 0 || waiting + requests.count <= queueLimit else { return false }
            waiting += requests.count
            return true
        }
        guard isTaken else { return requests.map { _ in .failure(ServiceError.overloaded) } }
        defer { waiting.withLock { $0 -= requests.count } }
        do {
            return try await lane.submit(requests)
        } catch {
            return requests.map { _ in .failure(error) }
        }
    }

    private func answer(
        _ reply: Result<LaneReply, any Error>, to event: IncomingEvent, as request: LaneRequest
    ) -> Result<EventAnswer, ServiceError> {
        do {
            guard case .recorded(let recorded) = try reply.get() else {
                throw ServiceError.internalFault("no reply to an event")
            }
            directory.confirm(event.member, is: request.memberID, identity: recorded.identity)
            return .success(answer(recorded, to: event))
        } catch {
            return .failure(translated(error))
        }
    }

    /// How far ahead a till's clock may be, in microseconds.
    static let clockTolerance: Int64 = 5 * 60 * 1_000_000

    private func answer(_ reply: EventReply, to event: IncomingEvent) -> EventAnswer {
        EventAnswer(
            id: event.id, status: reply.status, memberID: reply.memberID, outcome: reply.outcome,
            entries: reply.entries.map { entry, version in
                EntryView(
                    entry: entry, explanation: entry.explanation(in: reply.language, under: programme),
                    version: version, recordedAt: nil)
            })
    }

    /// Errors that are the caller's business, as they are; all others logged, and told without internals.
    func translated(_ error: any Error) -> ServiceError {
        if let known = ServiceError(error) {
            if known.status == 500 { logger.error("request failed", metadata: ["error": "\(error)"]) }
            return known
        }
        logger.error("request failed", metadata: ["error": "\(error)"])
        return ServiceError(
            code: "internal_error", status: 500, title: "Something went wrong here",
            detail: "The fault is ours and has been logged. Send the same request again: an event counts once.")
    }
}

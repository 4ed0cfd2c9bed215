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
        /// Transactions of events that came together that may be under way at once, each with its own share of the
        /// log's partitions; and as many of events that came alone.
        public var lanes = 2
        /// Whether somebody follows the log in this process, and is handed what it records. Where nobody does, balances are
        /// read again behind every append.
        public var isFollowed = true
        /// How often what has fallen due is looked for.
        public var settleEverySeconds = 900
        /// Days for which the answer to a request with an `Idempotency-Key` is kept.
        public var answersKeptDays = 30
        public var webhooks = WebhookConfiguration()

        public init() {}
    }

    public let programmes: ProgrammeBook
    let client: PostgresClient
    let log: EventLog
    let directory: Directory
    let keys: KeyRing
    let logger: Logger
    let clock: @Sendable () -> Instant
    let configuration: Configuration
    let ids = UUIDv7Generator()
    let stock: StockRoom
    var desk: AdjustmentDesk { AdjustmentDesk(client: client) }
    let webhooks: WebhookConfiguration
    let laneFigures = LaneFigures()
    /// For all that follow the log in this process.
    public let window: EventWindow
    private let signal: LogSignal
    let lanes: AppendLanes
    let accounts: AccountReader
    let keyCache: PrincipalCache
    /// Long work that administrators ask for; runs while ``OperationRunner/run()`` does.
    public let operations: OperationRunner
    let answersKeptDays: Int
    private let queueLimit: Int
    private let waiting = Mutex(0)

    /// A service over a migrated database; ``run()`` must be running for it to record anything.
    ///
    /// - Parameter clock: the time of recording.
    public init(
        client: PostgresClient, log: EventLog, programmes: ProgrammeBook, keys: KeyRing, logger: Logger,
        configuration: Configuration = Configuration(), clock: @escaping @Sendable () -> Instant
    ) {
        (self.client, self.log, self.programmes, self.keys, self.logger) = (client, log, programmes, keys, logger)
        (self.clock, self.configuration, webhooks) = (clock, configuration, configuration.webhooks)
        directory = Directory(client: client, log: log, keys: keys, programmes: programmes, clock: clock)
        keyCache = PrincipalCache()
        stock = StockRoom(client: client)
        operations = OperationRunner(client: client, logger: logger, clock: clock)
        answersKeptDays = max(1, configuration.answersKeptDays)
        queueLimit = max(1, configuration.queueLimit)
        let window = EventWindow()
        self.window = window
        let signal = LogSignal(client: client, logger: logger)
        self.signal = signal
        let memory = LaneMemory(capacity: configuration.cachedMembers)
        lanes = AppendLanes(
            count: configuration.lanes, log: log, client: client, queueLimit: configuration.queueLimit,
            maximumBatch: configuration.maximumBatch,
            whenRecorded: { [laneFigures] requests, elapsed in
                signal.raise()
                laneFigures.note(requests: requests, elapsed: elapsed)
            },
            makeLane: { [laneFigures] in
                Lane(
                    log: log, means: Plan.Means(programmes: programmes, keys: keys),
                    window: configuration.isFollowed ? window : nil,
                    memory: memory, figures: laneFigures, clock: clock)
            })
        accounts = AccountReader(
            log: log, client: client, window: window, capacity: configuration.cachedMembers)
    }

    /// Records until ``shutdown()``; returns when everything taken is answered.
    public func run() async {
        // Ends with this function.
        async let _: Void = keepHouse()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.keepUp() }
            group.addTask { [signal] in await signal.run() }
            group.addTask { await self.lookAfterOrders() }
            await lanes.run()
            signal.shutdown()
            group.cancelAll()
        }
    }

    /// Takes nothing more.
    public func shutdown() { lanes.shutdown() }

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
                isInFuture(event, receivedAt) ? .failure(.eventInFuture) : nil
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
            var referrals: [(EventReply.Referral, UUID)] = []
            for (place, (request, reply)) in zip(places, zip(requests, await submitFollowing(requests))) {
                answers[place] = answer(reply, to: events[place], as: request)
                if case .success(.recorded(let recorded)) = reply, let referral = recorded.referral {
                    referrals.append((referral, recorded.memberID))
                }
            }
            for (referral, friend) in referrals { try await tell(referral, of: friend, at: receivedAt) }
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

    /// As ``submit(_:)``; what concerns a member who has become another is theirs.
    private func submitFollowing(_ requests: [LaneRequest]) async -> [Result<LaneReply, any Error>] {
        var replies = await submit(requests)
        var moved: [(index: Int, request: LaneRequest)] = []
        for (index, reply) in replies.enumerated() {
            guard case .failure(let error as ServiceError) = reply, error.isOfSurvivor,
                let survivor = try? await survivor(of: requests[index].memberID),
                survivor.id != requests[index].memberID
            else { continue }
            moved.append((index, requests[index].moved(to: survivor.id)))
        }
        for (place, reply) in zip(moved, await submit(moved.map(\.request))) { replies[place.index] = reply }
        return replies
    }

    /// Hands requests to the lanes together, so that those for one member keep their order.
    func submit(_ requests: [LaneRequest]) async -> [Result<LaneReply, any Error>] {
        guard !requests.isEmpty else { return [] }
        // The lanes count slices; what takes memory is requests. A bundle alone always fits, or it never would.
        guard takePlaces(requests.count) else { return requests.map { _ in .failure(ServiceError.overloaded) } }
        defer { leavePlaces(requests.count) }
        return await lanes.submit(requests)
    }

    func takePlaces(_ count: Int) -> Bool {
        waiting.withLock { waiting in
            guard waiting == 0 || waiting + count <= queueLimit else { return false }
            waiting += count
            return true
        }
    }

    func leavePlaces(_ count: Int) { waiting.withLock { $0 -= count } }

    /// Whether it is of a time that not even a clock that is fast would tell.
    func isInFuture(_ event: IncomingEvent, _ receivedAt: Instant) -> Bool {
        (event.time ?? receivedAt).micros > receivedAt.micros + LoyaltyService.clockTolerance
    }

    func answer(
        _ reply: AppendLanes.Reply, to event: IncomingEvent, as request: LaneRequest
    ) -> Result<EventAnswer, ServiceError> {
        do {
            guard case .recorded(let recorded) = try reply.get() else {
                throw ServiceError.internalFault("no reply to an event")
            }
            // Who has become another is asked for anew, and answered for what was recorded before.
            if recorded.memberID == request.memberID {
                directory.confirm(event.member, is: request.memberID, identity: recorded.identity)
            }
            return .success(try answer(recorded, to: event))
        } catch {
            return .failure(translated(error))
        }
    }

    /// How far ahead a till's clock may be, in microseconds.
    static let clockTolerance: Int64 = 5 * 60 * 1_000_000

    private func answer(_ reply: EventReply, to event: IncomingEvent) throws -> EventAnswer {
        guard let programme = programmes[reply.programme] else { throw ServiceError.programmeUnknown }
        return EventAnswer(
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

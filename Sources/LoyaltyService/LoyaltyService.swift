public import EventLog
import Foundation
public import Logging
public import Loyalty
public import Postgres
public import Wire

/// Treue without HTTP: takes commands in, records them, and answers what members have and why.
public final class LoyaltyService: Sendable {
    /// Bounds of the service.
    public struct Configuration: Sendable {
        /// Commands that may wait; more are refused with 503.
        public var queueLimit = 8_192
        /// Commands in one transaction at most.
        public var maximumBatch = 256
        /// Members whose state is kept in memory.
        public var cachedMembers = 50_000

        public init() {}
    }

    public let programme: Programme
    let client: PostgresClient
    let log: EventLog
    let directory: Directory
    let keys: KeyRing
    let logger: Logger
    private let lane: AppendLane<[LaneRequest], [Result<LaneReply, any Error>]>
    let keyCache: PrincipalCache

    /// A service over a migrated database; ``run()`` must be running for it to record anything.
    ///
    /// - Parameter clock: the time of recording.
    public init(
        client: PostgresClient, log: EventLog, programme: Programme, keys: KeyRing, logger: Logger,
        configuration: Configuration = Configuration(), clock: @escaping @Sendable () -> Instant
    ) {
        (self.client, self.log, self.programme, self.keys, self.logger) = (client, log, programme, keys, logger)
        directory = Directory(client: client, log: log, keys: keys, programme: programme, clock: clock)
        keyCache = PrincipalCache()
        let decider = Lane(log: log, programme: programme, cachedMembers: configuration.cachedMembers, clock: clock)
        lane = AppendLane(
            client: client, queueLimit: configuration.queueLimit, maximumBatch: configuration.maximumBatch
        ) { bundles, lease in await decider.process(bundles, on: lease) }
    }

    /// Records until ``shutdown()``; returns when everything taken is answered.
    public func run() async { await lane.run() }

    /// Takes nothing more.
    public func shutdown() { lane.shutdown() }

    /// Whether requests can be answered.
    public var isReady: Bool { client.isConnected }

    /// Commands that wait.
    public var depth: Int { lane.depth }

    /// Records one event of a checkout: durable when it returns.
    public func record(_ event: IncomingEvent, receivedAt: Instant) async -> Result<EventAnswer, ServiceError> {
        await record([event], receivedAt: receivedAt)[0]
    }

    /// Records events of a checkout, in order: durable when it returns. One refused event never spoils its neighbours.
    public func record(_ events: [IncomingEvent], receivedAt: Instant) async -> [Result<EventAnswer, ServiceError>] {
        do {
            let members = try await directory.resolve(events.map(\.member))
            var answers: [Result<EventAnswer, ServiceError>?] = Array(repeating: nil, count: events.count)
            var places: [Int] = []
            var requests: [LaneRequest] = []
            for (index, event) in events.enumerated() {
                let at = event.time ?? receivedAt
                if at.micros > receivedAt.micros + LoyaltyService.clockTolerance {
                    answers[index] = .failure(.eventInFuture)
                } else if let member = members[event.member] {
                    places.append(index)
                    requests.append(
                        LaneRequest(memberID: member.id, work: .event(event, at: at), newcomer: member.newcomer))
                } else {
                    answers[index] = .failure(try await strangersError(event))
                }
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
    private func strangersError(_ event: IncomingEvent) async throws -> ServiceError {
        try await log.events(byKeys: [event.key], on: client).isEmpty ? .memberNotFound : .eventConflict
    }

    /// Hands requests to the lane together, so that they keep their order.
    private func submit(_ requests: [LaneRequest]) async -> [Result<LaneReply, any Error>] {
        guard !requests.isEmpty else { return [] }
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
            if request.newcomer != nil { directory.confirm(event.member, is: request.memberID) }
            return .success(answer(recorded, to: event))
        } catch {
            return .failure(translated(error))
        }
    }

    /// How far ahead a till's clock may be, in microseconds.
    static let clockTolerance: Int64 = 5 * 60 * 1_000_000

    /// Enrols somebody.
    public func enrol(_ body: EnrolmentBody, at: Instant) async throws(ServiceError) -> MemberView {
        do {
            if let wanted = body.programme, wanted != programme.id { throw ServiceError.programmeUnknown }
            let claim = try await directory.claim(Profile(body), at: at)
            do {
                let request = LaneRequest(memberID: claim.id, work: .enrolment(at: at), newcomer: claim.newcomer)
                for reply in await submit([request]) { _ = try reply.get() }
            } catch let error as ServiceError where error == .identifierTaken {
                try await directory.release(claim)
                throw error
            }
            return try await view(of: claim.id, at: at)
        } catch {
            throw translated(error)
        }
    }

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
        if let known = ServiceError(error) { return known }
        logger.error("request failed", metadata: ["error": "\(error)"])
        return ServiceError(
            code: "internal_error", status: 500, title: "Something went wrong here",
            detail: "The fault is ours and has been logged. Send the same request again: an event counts once.")
    }
}

extension Profile {
    /// What the caller said of a person.
    init(_ body: EnrolmentBody) {
        self.init(
            email: body.email, card: body.card, externalID: body.externalID, name: body.name, birthday: body.birthday,
            locale: body.locale, referredBy: body.referredBy, marketingConsent: body.marketing)
    }
}

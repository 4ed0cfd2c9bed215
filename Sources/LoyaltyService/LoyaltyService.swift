public import EventLog
public import Foundation
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
    private let lane: AppendLane<LaneRequest, LaneReply>
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
        ) { requests, lease in await decider.process(requests, on: lease) }
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
        do {
            let at = event.time ?? receivedAt
            guard at.micros <= receivedAt.micros + LoyaltyService.clockTolerance else {
                throw ServiceError.eventInFuture
            }
            guard let resolved = try await directory.resolve(event.member) else {
                return .failure(try await strangersError(event))
            }
            let reply = try await lane.submit(
                LaneRequest(memberID: resolved.id, work: .event(event, at: at), newcomer: resolved.newcomer))
            guard case .recorded(let recorded) = reply else { throw ServiceError.internalFault("no reply to an event") }
            if resolved.newcomer != nil { directory.confirm(event.member, is: resolved.id) }
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
                _ = try await lane.submit(
                    LaneRequest(memberID: claim.id, work: .enrolment(at: at), newcomer: claim.newcomer))
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

    /// Nobody has the identifier: not found, unless the event was recorded before, for somebody else.
    private func strangersError(_ event: IncomingEvent) async throws -> ServiceError {
        try await log.events(byKeys: [event.key], on: client).isEmpty ? .memberNotFound : .eventConflict
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

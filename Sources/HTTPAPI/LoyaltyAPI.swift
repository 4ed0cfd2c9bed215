public import Foundation
public import Loyalty
public import LoyaltyService
public import Wire

/// What the routes call. `LoyaltyService` is the one that runs; tests bring their own.
public protocol LoyaltyAPI: PersonAPI, HouseholdAPI, ConnectorAPI, ActsAPI, ProgrammesAPI, AdministrationAPI,
    ReportAPI, KeyAPI, AuditAPI, WebhookAPI, MetricsAPI
{
    /// Migrated and connected.
    var isReady: Bool { get }

    /// Records one event; it is on disk when this returns a success.
    func record(_ event: IncomingEvent, receivedAt: Instant) async -> Result<EventAnswer, ServiceError>

    /// Records several events. The answers are in the order of the events; one refused event changes nothing for the
    /// others. Events of one member are recorded in the order given.
    func record(_ events: [IncomingEvent], receivedAt: Instant) async -> [Result<EventAnswer, ServiceError>]

    /// Records one event as ``record(_:receivedAt:)`` does, without a task, where that begins without waiting: for a
    /// member who is in memory, while the queue has room.
    ///
    /// - Parameters:
    ///   - resume: brings work to the thread that wants the answer. Mostly called on one that must not be held up.
    ///   - answer: called once, by way of `resume`.
    /// - Returns: false where nothing was begun; then `answer` is never called.
    func beginRecording(
        _ event: IncomingEvent, receivedAt: Instant,
        resume: @escaping Resumption,
        answer: @escaping @Sendable (Result<EventAnswer, ServiceError>) -> Void
    ) -> Bool

    /// Makes somebody a member, once for one idempotency key: the same key and content gives the first answer again,
    /// the same key with other content is refused as `idempotency_key_reused`.
    func enrol(
        _ body: EnrolmentBody, idempotencyKey: RequestKey?, at: Instant
    ) async throws(ServiceError) -> Enrolment

    /// The member under an identifier.
    func member(_ reference: MemberReference, at: Instant) async throws(ServiceError) -> MemberView

    /// What a member has, or had by business time and by what was known.
    func balance(of member: UUID, at now: Instant, clocks: Clocks) async throws(ServiceError) -> BalanceView

    /// What a member has now, without a task of the caller's.
    ///
    /// - Parameters:
    ///   - resume: brings work to the thread that wants the answer. Called on one that must not be held up.
    ///   - answer: called once, by way of `resume`.
    func beginBalance(
        of member: UUID, at now: Instant, resume: @escaping Resumption,
        answer: @escaping @Sendable (Result<BalanceView, ServiceError>) -> Void
    )

    /// A part of the member's ledger as it stands, or stood, newest first.
    func entries(
        of member: UUID, at now: Instant, clocks: Clocks, page: PageRequest
    ) async throws(ServiceError) -> Page<EntryView>

    /// A part of the member's stream.
    func events(of member: UUID, page: PageRequest) async throws(ServiceError) -> Page<EventView>

    /// Who an API key belongs to, where the database need not be asked; nil tells nothing.
    func knownPrincipal(_ key: String, at: Instant) -> Principal?

    /// Who an API key belongs to; nil where it is unknown, revoked or expired.
    func authenticate(_ key: String, at: Instant) async throws(ServiceError) -> Principal?
}

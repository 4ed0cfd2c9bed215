public import EventLog
public import Foundation
public import Loyalty
public import LoyaltyService
public import Projections
public import Wire

/// What the routes for administrators call.
public protocol AdministrationAPI: Sendable {
    /// All read models and how they stand.
    func projections() async throws(ServiceError) -> [ProjectionStatus]

    /// Begins to fold a read model afresh and to swap it in, once for one idempotency key: a repeat is given what
    /// `answer` made of the first.
    func rebuild(
        projection name: String, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (OperationView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer

    /// Begins to put back what the last rebuild replaced, once for one idempotency key.
    func rollBack(
        projection name: String, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (OperationView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer

    /// Begins to compare every row of every read model with the log, once for one idempotency key.
    func verifyProjections(
        idempotencyKey: RequestKey?, at now: Instant, answer: @Sendable (OperationView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer

    /// Lets a read model try again what stopped one of its partitions, once for one idempotency key.
    func retry(
        projection name: String, partition: Int, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable ([ProjectionStatus]) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer

    /// Lets a read model go on without an event, for ever, once for one idempotency key.
    func skip(
        projection name: String, _ body: SkipBody, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable ([ProjectionStatus]) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer

    /// Begins to check the log's chains, once for one idempotency key.
    func beginLogVerification(
        idempotencyKey: RequestKey?, at now: Instant, answer: @Sendable (OperationView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer

    /// Checks the log's chains and answers when it is through.
    func verifyLog() async throws(ServiceError) -> LogVerification

    /// The ends of the log now, signed.
    func checkpoint(at now: Instant) async throws(ServiceError) -> SignedCheckpoint

    /// How far an operation is.
    func operation(_ id: UUID) async throws(ServiceError) -> OperationView

    /// The newest operations, newest first.
    func recentOperations(limit: Int) async throws(ServiceError) -> [OperationView]
}

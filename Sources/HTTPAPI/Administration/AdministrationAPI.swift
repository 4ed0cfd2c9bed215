public import EventLog
public import Foundation
public import Loyalty
public import LoyaltyService
public import Projections

/// What the routes for administrators call.
public protocol AdministrationAPI: Sendable {
    /// All read models and how they stand.
    func projections() async throws(ServiceError) -> [ProjectionStatus]

    /// Begins to fold a read model afresh and to swap it in.
    func rebuild(projection name: String) async throws(ServiceError) -> OperationView

    /// Begins to put back what the last rebuild replaced.
    func rollBack(projection name: String) async throws(ServiceError) -> OperationView

    /// Begins to compare every row of every read model with the log.
    func verifyProjections() async throws(ServiceError) -> OperationView

    /// Lets a read model try again what stopped one of its partitions.
    func retry(projection name: String, partition: Int) async throws(ServiceError)

    /// Lets a read model go on without an event, for ever.
    func skip(
        projection name: String, partition: Int, position: Int64, reason: String, at now: Instant
    ) async throws(ServiceError)

    /// Begins to check the log's chains.
    func beginLogVerification() async throws(ServiceError) -> OperationView

    /// Checks the log's chains and answers when it is through.
    func verifyLog() async throws(ServiceError) -> LogVerification

    /// The ends of the log now, signed.
    func checkpoint(at now: Instant) async throws(ServiceError) -> SignedCheckpoint

    /// How far an operation is.
    func operation(_ id: UUID) async throws(ServiceError) -> OperationView

    /// The newest operations, newest first.
    func recentOperations(limit: Int) async throws(ServiceError) -> [OperationView]
}

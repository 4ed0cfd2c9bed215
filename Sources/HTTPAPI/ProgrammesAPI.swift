public import Loyalty
public import LoyaltyService
public import Wire

/// Programmes and their versions.
public protocol ProgrammesAPI: Sendable {
    /// A programme with every version it ever had.
    func programme(_ id: String, at: Instant) async throws(ServiceError) -> ProgrammeView

    /// Every programme, the default first.
    func allProgrammes(at: Instant) async throws(ServiceError) -> [ProgrammeView]

    /// Publishes a version, once and for ever.
    func publish(
        _ text: String, as number: Int, of id: String, at: Instant
    ) async throws(ServiceError) -> ProgrammeView

    /// Begins to judge history by a draft, once for one idempotency key: a repeat is given what `answer` made of the first.
    func simulate(
        _ body: SimulationBody, of id: String, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (OperationView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer
}

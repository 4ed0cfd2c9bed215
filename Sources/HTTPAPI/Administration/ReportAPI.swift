public import Loyalty
public import LoyaltyService

/// What the routes for reports call.
public protocol ReportAPI: Sendable {
    /// A report, from figures that follow the log by a moment.
    func report(_ request: ReportRequest, at now: Instant) async throws(ServiceError) -> ReportAnswer
}

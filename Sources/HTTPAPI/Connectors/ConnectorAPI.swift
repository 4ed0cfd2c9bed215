public import Loyalty
public import LoyaltyService
public import Wire

/// What the connectors' routes call.
public protocol ConnectorAPI: Sendable {
    /// Takes in what a shop's software says; it is on disk when this returns.
    ///
    /// - Parameter source: names the shop.
    func receive(
        _ message: ShopMessage, from source: String, at: Instant
    ) async throws(ServiceError) -> ConnectorAnswer
}

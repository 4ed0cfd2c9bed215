/// What shops sign their messages with. A connector without a secret takes nothing.
public struct ConnectorSecrets: Sendable {
    /// The app's client secret; several while one replaces another, or for several shops.
    public var shopify: [String]
    /// The webhook's secret; several while one replaces another.
    public var wooCommerce: [String]

    public init(shopify: [String] = [], wooCommerce: [String] = []) {
        (self.shopify, self.wooCommerce) = (shopify, wooCommerce)
    }
}

/// Where the server listens and how much it takes.
public struct HTTPConfiguration: Sendable {
    /// Address to listen on.
    public var host: String
    /// Port to listen on; 0 for any that is free.
    public var port: Int
    /// The most bytes of one event, and of every body that is not a batch.
    public var eventLimit = 256 * 1024
    /// The most bytes of a batch of events.
    public var batchLimit = 8 * 1024 * 1024
    /// The most bodies larger than ``eventLimit`` at a time; further ones are answered with 503.
    public var largeBodyCountLimit = 16
    /// The most bytes of all header fields of a request.
    public var headerLimit = 32 * 1024
    /// The most header fields of a request.
    public var headerCountLimit = 100
    /// Seconds after which a connection is closed on which nothing comes, between requests or within one.
    public var idleTimeoutSeconds: Double = 60
    /// Seconds within which a request must have arrived whole.
    public var requestTimeoutSeconds: Double = 60
    /// The most connections at a time; further ones wait to be accepted.
    public var connectionLimit = 4096
    /// Connections that the system keeps until they are accepted.
    public var backlog = 1024
    /// The most requests under way at a time; further ones are answered with 503.
    public var requestLimit = 8192
    /// Requests a second that each key, and each member, may make on and on; nil for any number.
    public var ratePerSecond: Int?
    /// Requests that each may make at once after a pause; nil for as many as in a second.
    public var rateBurst: Int?
    /// Origins whose pages may ask (CORS), such as `https://shop.example`; `*` for every one.
    public var crossOrigins: [String] = []
    /// The certificate with which the server speaks TLS; nil for plain HTTP.
    public var security: TransportSecurity?

    /// What shops sign their messages with.
    public var connectors = ConnectorSecrets()

    public init(host: String = "127.0.0.1", port: Int = 8080) { (self.host, self.port) = (host, port) }
}

/// How a `PostgresClient` connects and what it allows itself.
public struct PostgresConfiguration: Sendable {
    /// A libpq connection string or URI. Several hosts, TLS and `target_session_attrs` are libpq's own work.
    public var url: String
    /// Pipelined connections that serve `PostgresClient.query`.
    public var readLanes = 2
    /// Exclusive connections that serve `PostgresClient.withLease`, at most. Opened when first needed.
    public var leases = 4
    /// Statements that may wait or run on one lane, and callers that may wait for a lease.
    public var queueLimit = 10_000
    /// The longest a single statement may run; nil means as long as the server allows. Scripts and COPY are exempt.
    public var statementTimeout: Duration?
    /// The longest one attempt to connect to one host may take. libpq counts whole seconds, two at least.
    public var connectTimeout: Duration = .seconds(5)
    /// The longest a statement or a lease waits for a connection before it fails with `.timeout`, unsent.
    public var acquireTimeout: Duration = .seconds(10)
    /// The longest `PostgresClient.shutdown` waits for what was taken before it closes the connections under it.
    public var shutdownTimeout: Duration = .seconds(30)
    /// Shown in `pg_stat_activity` unless the URL names another.
    public var applicationName = "treue"
    /// The pause before the second attempt to reconnect; it doubles with each failure.
    public var minimumBackoff: Duration = .milliseconds(50)
    /// The longest pause between two attempts to reconnect.
    public var maximumBackoff: Duration = .seconds(5)

    public init(url: String) {
        self.url = url
    }
}

extension Duration {
    /// Whole nanoseconds, clamped to what fits.
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !overflow else { return seconds < 0 ? .min / 2 : .max / 2 }
        let (sum, carried) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return carried ? .max / 2 : min(sum, .max / 2)
    }
}

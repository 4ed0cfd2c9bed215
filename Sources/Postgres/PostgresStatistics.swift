/// A look at the queues and connections of a client, for metrics.
public struct PostgresStatistics: Sendable, Equatable {
    public struct Lane: Sendable, Equatable {
        /// Statements that wait or run.
        public var depth: Int
        public var isConnected: Bool
    }

    public var lanes: [Lane]
    /// Exclusive connections that are open and free.
    public var idleLeases: Int
    /// Exclusive connections that somebody holds.
    public var heldLeases: Int
    /// Callers that wait for one.
    public var leaseWaiters: Int
}

/// What went wrong between us and PostgreSQL.
///
/// Holds neither parameters nor the server's DETAIL: both may carry personal data, and errors are logged.
public struct PostgresError: Error, Sendable {
    /// The kind of failure. Compare with the constants; new ones may be added.
    public struct Code: RawRepresentable, Sendable, Hashable {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The server refused the statement; `sqlState` says why.
        public static let server = Code(rawValue: "server")
        /// No connection could be made: wrong address, password, database, or nobody is listening.
        public static let connectionFailed = Code(rawValue: "connection_failed")
        /// The connection broke. With `wasSent` the statement may or may not have been carried out.
        public static let connectionLost = Code(rawValue: "connection_lost")
        /// A bounded queue is full: the caller should shed load.
        public static let queueFull = Code(rawValue: "queue_full")
        /// The statement, or its wait for a connection, took longer than configured.
        public static let timeout = Code(rawValue: "timeout")
        /// The task was cancelled.
        public static let cancelled = Code(rawValue: "cancelled")
        /// A value is NULL, or is not of the type that was asked for.
        public static let decoding = Code(rawValue: "decoding")
        /// The client, lane or lease is shut down or was never started.
        public static let closed = Code(rawValue: "closed")
        /// An answer or a call that the protocol does not allow.
        public static let protocolViolation = Code(rawValue: "protocol_violation")
    }

    public var code: Code
    /// The server's five-character SQLSTATE, when the server spoke.
    public var sqlState: String?
    /// The server's primary message or our own sentence; without parameters.
    public var message: String
    /// The server's HINT.
    public var hint: String?
    /// The schema of the object the error is about.
    public var schema: String?
    /// The table the error is about. Empty on Citus: do not decide by it alone.
    public var table: String?
    /// The constraint that was violated. Empty on Citus: do not decide by it alone.
    public var constraint: String?
    /// The server's routine that raised the error, which no locale translates.
    public var routine: String?
    /// The SQL text, without its parameters.
    public var statement: String?
    /// False when the server never saw the statement, so that a retry is safe.
    public var wasSent: Bool

    public init(_ code: Code, _ message: String, statement: String? = nil, wasSent: Bool = false) {
        self.code = code
        self.message = message
        self.statement = statement
        self.wasSent = wasSent
    }
}

extension PostgresError: CustomStringConvertible {
    public var description: String {
        var text = "PostgreSQL: \(message) (\(code.rawValue)"
        if let sqlState { text += ", SQLSTATE \(sqlState)" }
        text += wasSent ? ", sent)" : ", not sent)"
        if let hint { text += "; hint: \(hint)" }
        if let statement { text += "; statement: \(statement.prefix(200))" }
        return text
    }
}

extension PostgresError {
    func about(_ sql: String) -> PostgresError {
        var error = self
        error.statement = sql
        return error
    }
}

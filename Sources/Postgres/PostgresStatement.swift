/// SQL text with `$1`… for parameters. Prepared on first use, once a connection, keyed by the text and the
/// types of its parameters.
public struct PostgresStatement: Sendable, Hashable, ExpressibleByStringLiteral {
    public let sql: String
    /// Whether it locks rows, and so shares no transaction on a pipelined lane: two groups of statements that lock the
    /// same rows in different orders would wait for each other.
    public let locksRows: Bool

    /// - Parameter locksRows: nil, and it is believed of everything but what begins with `SELECT`. Say it of a `SELECT` that
    ///   calls a function that writes, or that ends in `FOR UPDATE`.
    public init(_ sql: String, locksRows: Bool? = nil) {
        self.sql = sql
        self.locksRows = locksRows ?? !sql.utf8.starts(with: "SELECT".utf8)
    }

    public init(stringLiteral value: String) {
        self.init(value)
    }
}

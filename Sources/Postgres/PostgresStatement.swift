/// SQL text with `$1`… for parameters. Prepared on first use, once a connection, keyed by the text and the
/// types of its parameters.
public struct PostgresStatement: Sendable, Hashable, ExpressibleByStringLiteral {
    public let sql: String

    public init(_ sql: String) {
        self.sql = sql
    }

    public init(stringLiteral value: String) {
        sql = value
    }
}

public import Postgres

/// A published version of a programme, as it was sent.
public struct ProgrammeRow: Sendable, Equatable {
    public let id: String
    public let version: Int
    /// From when the version is in force, microseconds since 1970-01-01 UTC; nil for the first one, without bound.
    public let validFromMicros: Int64?
    /// The YAML or JSON document.
    public let document: String
    /// Digest of the document's content, however it is written.
    public let contentHash: [UInt8]
    /// Microseconds since 1970-01-01 UTC.
    public let publishedAtMicros: Int64

    public init(
        id: String, version: Int, validFromMicros: Int64?, document: String, contentHash: [UInt8],
        publishedAtMicros: Int64
    ) {
        self.id = id
        self.version = version
        self.validFromMicros = validFromMicros
        self.document = document
        self.contentHash = contentHash
        self.publishedAtMicros = publishedAtMicros
    }
}

/// Every version of every programme. Rows are final.
public struct ProgrammeStore: Sendable {
    /// What became of a publication.
    public enum Publication: Sendable, Equatable {
        case published
        /// The same content was published under this number before.
        case unchanged
        /// Other content has this number.
        case conflict
    }

    private static let columns = "id, version, valid_from, document, content_hash, published_at"

    public init() {}

    /// Publishes a version, once.
    public func publish(
        _ row: ProgrammeRow, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> Publication {
        let inserted = try await connection.query(
            """
            INSERT INTO treue.programme (id, version, valid_from, document, content_hash, published_at)
            VALUES ($1, $2, $3::timestamptz, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING version
            """,
            [
                .text(row.id), .int4(Int32(truncatingIfNeeded: row.version)),
                row.validFromMicros.map { .timestamptz($0) } ?? .null, .text(row.document), .bytea(row.contentHash),
                .timestamptz(row.publishedAtMicros),
            ])
        guard inserted.isEmpty else {
            return .published
        }
        let there = try await versions(of: row.id, on: connection).first { $0.version == row.version }
        return there?.contentHash == row.contentHash ? .unchanged : .conflict
    }

    /// The versions of one programme, by number.
    public func versions(
        of id: String, on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [ProgrammeRow] {
        let statement = PostgresStatement(
            "SELECT \(Self.columns) FROM treue.programme WHERE id = $1 ORDER BY version")
        return try await connection.query(statement, [.text(id)]).programmes()
    }

    /// All versions of all programmes, in the order they were published; the first one's programme is the default.
    public func all(on connection: some PostgresQuerying) async throws(PostgresError) -> [ProgrammeRow] {
        let statement = PostgresStatement(
            "SELECT \(Self.columns) FROM treue.programme ORDER BY published_at, id, version")
        return try await connection.query(statement, []).programmes()
    }
}

extension PostgresRows {
    fileprivate func programmes() throws(PostgresError) -> [ProgrammeRow] {
        var programmes: [ProgrammeRow] = []
        for row in self {
            programmes.append(
                ProgrammeRow(
                    id: try row.text(0), version: Int(try row.int4(1)),
                    validFromMicros: try row.optionalTimestamptz(2), document: try row.text(3),
                    contentHash: try row.bytes(4), publishedAtMicros: try row.timestamptz(5)))
        }
        return programmes
    }
}

import EventLog
import Foundation
import Loyalty
import Postgres

/// Voucher codes that the shop has brought, for rewards that say `codes: pool`. A code is bound to a redemption when that is
/// confirmed, for ever: whoever asks for the redemption again gets the same one.
struct CodePool: Sendable {
    let client: PostgresClient
    let keys: KeyRing

    /// Takes codes in; those that are known already are left as they are.
    ///
    /// - Returns: how many are new.
    func add(
        _ codes: [String], to reward: String, of programme: String, at: Instant, on lease: PostgresLease
    ) async throws -> Int {
        let lookups = codes.map { keys.key(ofVoucher: $0) }
        let sealed = try zip(codes, lookups).map { try keys.seal(code: $0, lookup: $1) }
        let rows = try await lease.query(
            """
            INSERT INTO treue.voucher_code (brought_at, programme, reward, lookup, sealed)
            SELECT $1, $2, $3, c.lookup, c.sealed
              FROM unnest($4::bytea[], $5::bytea[]) WITH ORDINALITY AS c (lookup, sealed, place) ORDER BY c.place
                ON CONFLICT (lookup) DO NOTHING RETURNING 1
            """,
            [
                .timestamptz(at.micros), .text(programme), .text(reward), .byteaArray(lookups), .byteaArray(sealed),
            ])
        return rows.count
    }

    /// How many codes a reward has had so far, and how many of them nobody has drawn.
    func count(
        of reward: String, in programme: String, on connection: some PostgresQuerying
    ) async throws -> (brought: Int64, left: Int64) {
        let rows = try await connection.query(
            """
            SELECT count(*), count(*) FILTER (WHERE redemption_id IS NULL) FROM treue.voucher_code
             WHERE programme = $1 AND reward = $2
            """, [.text(programme), .text(reward)])
        return (try rows[0].int8(0), try rows[0].int8(1))
    }

    /// The code of a confirmed redemption; nil where the pool is empty, which what is set aside for it prevents.
    func draw(_ reward: String, of programme: String, for redemption: UUID) async throws -> String? {
        let rows = try await client.query(
            PostgresStatement("SELECT lookup, sealed FROM treue.draw_code($1, $2, $3)", locksRows: true),
            [.text(programme), .text(reward), .uuid(redemption)])
        return try rows.first.map { try keys.open(code: try $0.bytes(1), lookup: try $0.bytes(0)) }
    }

    /// Who drew a code; nil for a code that nobody brought or drew.
    func redemption(of code: String) async throws -> UUID? {
        let rows = try await client.query(
            "SELECT redemption_id FROM treue.voucher_code WHERE lookup = $1 AND redemption_id IS NOT NULL",
            [.bytea(keys.key(ofVoucher: code))])
        return try rows.first?.uuid(0)
    }
}

extension KeyRing {
    /// Seals a code for the row of this lookup alone.
    fileprivate func seal(code: String, lookup: [UInt8]) throws -> [UInt8] {
        try seal(answer: Array(code.utf8), of: lookup)
    }

    fileprivate func open(code sealed: [UInt8], lookup: [UInt8]) throws -> String {
        String(decoding: try open(answer: sealed, of: lookup), as: UTF8.self)
    }
}

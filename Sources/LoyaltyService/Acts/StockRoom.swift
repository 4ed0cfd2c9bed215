import Foundation
import Loyalty
import Postgres
import Synchronization
import Wire

/// How many of a reward are left. One is set aside first, then the member's points are taken; what comes to nothing is put
/// back, at once or, where a server died between the two, by whoever next finds the shelf empty.
final class StockRoom: Sendable {
    private let client: PostgresClient
    /// When each shelf was last looked through, by programme and reward.
    private let lookedThrough = Mutex<[[String]: Instant]>([:])

    init(client: PostgresClient) { self.client = client }

    /// Sets one aside for a redemption; the same redemption finds its own again.
    ///
    /// - Parameter stock: how many there are for all.
    /// - Returns: whether there is something to put back if the redemption comes to nothing.
    /// - Throws: `out_of_stock`.
    func take(
        _ reward: Reward, of programme: Programme, stock: Int64, for redemption: UUID, member: UUID, at: Instant,
        story: (_ redemption: UUID, _ member: UUID) async throws -> RedemptionHistory
    ) async throws -> Bool {
        for attempt in 0..<2 {
            switch try await take(reward.id, programme.id, stock, redemption, member, at: at) {
            case "taken": return true
            case "held": return false
            default:
                if attempt == 0, isWorthALook([programme.id, reward.id], at: at) {
                    try await tidy(reward.id, in: programme.id, at: at, story)
                }
            }
        }
        throw ServiceError(Rejection(.outOfStock, "None of `\(reward.id)` is left.", at: "/reward"))
    }

    private func take(
        _ reward: String, _ programme: String, _ stock: Int64, _ redemption: UUID, _ member: UUID, at: Instant
    ) async throws -> String? {
        try await client.query(
            PostgresStatement("SELECT treue.take_stock($1, $2, $3, $4, $5, $6)", locksRows: true),
            [
                .text(programme), .text(reward), .int8(stock), .uuid(redemption), .uuid(member),
                .timestamptz(at.micros),
            ]
        ).first?.text(0)
    }

    /// Of many who find a shelf empty at once, one looks through it: at most once in a second.
    private func isWorthALook(_ shelf: [String], at: Instant) -> Bool {
        lookedThrough.withLock { shelves in
            if let last = shelves[shelf], last <= at, at.micros - last.micros < 1_000_000 { return false }
            shelves[shelf] = at
            return true
        }
    }

    /// Puts back what was set aside for a redemption, if anything was.
    func release(_ redemption: UUID) async throws {
        _ = try await client.query(
            PostgresStatement("SELECT treue.release_stock($1)", locksRows: true), [.uuid(redemption)])
    }

    /// How many of each reward are gone.
    func taken(of rewards: [String], in programme: String) async throws -> [String: Int64] {
        guard !rewards.isEmpty else { return [:] }
        let rows = try await client.query(
            "SELECT reward, taken FROM treue.stock WHERE programme = $1 AND reward = ANY ($2)",
            [.text(programme), .textArray(rewards)])
        var taken: [String: Int64] = [:]
        for row in rows { taken[try row.text(0)] = try row.int8(1) }
        return taken
    }

    /// Puts back what was set aside for redemptions that came to nothing, were cancelled, or have lapsed.
    ///
    /// - Parameter story: what the log says of a redemption.
    func tidy(
        _ reward: String, in programme: String, at: Instant,
        _ story: (_ redemption: UUID, _ member: UUID) async throws -> RedemptionHistory
    ) async throws {
        let rows = try await client.query(
            """
            SELECT redemption_id, member_id, held_at FROM treue.stock_hold
             WHERE programme = $1 AND reward = $2 AND NOT is_final ORDER BY held_at LIMIT 200
            """, [.text(programme), .text(reward)])
        for row in rows {
            let (redemption, member, heldAt) = (try row.uuid(0), try row.uuid(1), try row.timestamptz(2))
            let story = try await story(redemption, member)
            if story.isConfirmed {
                _ = try await client.query(
                    "UPDATE treue.stock_hold SET is_final = true WHERE redemption_id = $1", [.uuid(redemption)])
                continue
            }
            let isOpen = story.isReserved && story.expiresAt.map { at < $0 } == true
            // Nothing in the log yet: it may be on its way.
            let isUnderWay = story.redemption == nil && at.micros < heldAt + StockRoom.patienceMicros
            guard !isOpen && !isUnderWay else { continue }
            try await release(redemption)
            // What stays has drawn a code: it is gone.
            _ = try await client.query(
                "UPDATE treue.stock_hold SET is_final = true WHERE redemption_id = $1", [.uuid(redemption)])
        }
    }

    /// How long a redemption may take to arrive in the log.
    private static let patienceMicros: Int64 = 60_000_000
}

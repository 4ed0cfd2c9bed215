import EventLog
import Foundation
import Loyalty
import Postgres

/// Which members belong to which household.
struct HouseholdStore: Sendable {
    func make(_ household: UUID, at: Instant, on lease: PostgresLease) async throws {
        _ = try await lease.query(
            "INSERT INTO treue.household (created_at, household_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            [.timestamptz(at.micros), .uuid(household)])
    }

    /// Whether there is such a household; where there is, nobody joins or leaves it until the transaction ends.
    func lock(_ household: UUID, on lease: PostgresLease) async throws -> Bool {
        try await lease.query(
            "SELECT household_id FROM treue.household WHERE household_id = $1 FOR UPDATE", [.uuid(household)]
        ).first != nil
    }

    func exists(_ household: UUID, on connection: some PostgresQuerying) async throws -> Bool {
        try await connection.query(
            "SELECT household_id FROM treue.household WHERE household_id = $1", [.uuid(household)]
        ).first != nil
    }

    /// In the order in which they joined.
    func members(of household: UUID, on connection: some PostgresQuerying) async throws -> [UUID] {
        try await connection.query(
            "SELECT member_id FROM treue.household_member WHERE household_id = $1 ORDER BY joined_at, member_id",
            [.uuid(household)]
        ).map { try $0.uuid(0) }
    }

    /// The household of any of these members.
    func household(of members: [UUID], on connection: some PostgresQuerying) async throws -> UUID? {
        try await connection.query(
            "SELECT household_id FROM treue.household_member WHERE member_id = ANY ($1) ORDER BY joined_at LIMIT 1",
            [.uuidArray(members)]
        ).first?.uuid(0)
    }

    func add(_ member: UUID, to household: UUID, at: Instant, on lease: PostgresLease) async throws {
        _ = try await lease.query(
            "INSERT INTO treue.household_member (joined_at, household_id, member_id) VALUES ($1, $2, $3)",
            [.timestamptz(at.micros), .uuid(household), .uuid(member)])
    }

    func remove(_ member: UUID, on lease: PostgresLease) async throws {
        _ = try await lease.query("DELETE FROM treue.household_member WHERE member_id = $1", [.uuid(member)])
    }
}

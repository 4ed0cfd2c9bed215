public import Foundation
import Postgres

/// The append-only, partitioned, hash-chained log of one database. A value: it holds what never changes about the log
/// and no connection; each call says which one to use.
public struct EventLog: Sendable, Equatable {
    /// Binds the hash chains to this log.
    public let id: UUID
    /// Fixed when the log was created.
    public let partitions: Int

    /// For a log whose description is known; see ``open(on:)``.
    public init(id: UUID, partitions: Int) {
        self.id = id
        self.partitions = partitions
    }

    /// Reads the log's description from a migrated database.
    ///
    /// - Throws: ``EventLogError/notMigrated`` when there is no log yet; `PostgresError`.
    public static func open(on connection: some PostgresQuerying) async throws -> EventLog {
        do {
            let rows = try await connection.query("SELECT id, partitions FROM treue.log", [])
            guard let row = rows.first else {
                throw EventLogError.notMigrated
            }
            return EventLog(id: try row.uuid(0), partitions: Int(try row.int4(1)))
        } catch let error as PostgresError where error.sqlState == "42P01" || error.sqlState == "3F000" {
            throw EventLogError.notMigrated
        }
    }

    /// Where a stream lives.
    public func partition(of stream: UUID) -> Int {
        Self.partition(of: stream, among: partitions)
    }

    /// The partition of a stream: the id's two halves, big-endian, are mixed to one 64-bit number (splitmix64's last
    /// steps over `high * 0x9E3779B97F4A7C15 ^ low`), and its remainder is taken. Part of the stored format: never to
    /// be changed.
    public static func partition(of stream: UUID, among partitions: Int) -> Int {
        let id = stream.uuid
        let high = word(id.0, id.1, id.2, id.3, id.4, id.5, id.6, id.7)
        let low = word(id.8, id.9, id.10, id.11, id.12, id.13, id.14, id.15)
        var mixed = (high &* 0x9E37_79B9_7F4A_7C15) ^ low
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        mixed ^= mixed >> 31
        return Int(mixed % UInt64(max(partitions, 1)))
    }

    private static func word(
        _ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, _ e: UInt8, _ f: UInt8, _ g: UInt8, _ h: UInt8
    ) -> UInt64 {
        let top = UInt64(a) << 56 | UInt64(b) << 48 | UInt64(c) << 40 | UInt64(d) << 32
        return top | UInt64(e) << 24 | UInt64(f) << 16 | UInt64(g) << 8 | UInt64(h)
    }
}

import EventLog
import Foundation
import Postgres

extension ReportProjection {
    func rebuild(progress: @escaping @Sendable (FoldProgress) async -> Void) async throws -> Rebuilt {
        try await register()
        return try await client.withLease { lease in
            try await lease.holding(lock, else: RebuildFault.underway(name)) {
                let generation = try await begin(on: lease)
                let replaced = try await standing(on: lease).previousGeneration
                let target = ReportTarget(report: report, generation: generation, checkpoint: next)
                let rebuilt = try await fill(target, on: lease, progress)
                // What was kept to go back to until now has been replaced, too.
                if let replaced { try await drop(replaced, on: lease) }
                return rebuilt
            }
        }
    }

    func rollback(progress: @escaping @Sendable (FoldProgress) async -> Void) async throws -> Rebuilt {
        try await client.withLease { lease in
            try await lease.holding(lock, else: RebuildFault.underway(name)) {
                let standing = try await standing(on: lease)
                guard let generation = standing.previousGeneration, let version = standing.previousVersion else {
                    throw RebuildFault.nothingToGoBackTo(name)
                }
                guard version == Fold.version else {
                    throw RebuildFault.previousIsOtherVersion(name, found: version, known: Fold.version)
                }
                let target = ReportTarget(report: report, generation: generation, checkpoint: previous)
                return try await fill(target, on: lease, progress)
            }
        }
    }

    func forgetPrevious(force: Bool) async throws {
        try await client.withLease { lease in
            try await lease.holding(lock, else: RebuildFault.underway(name)) {
                let standing = try await standing(on: lease)
                guard let generation = standing.previousGeneration else { throw RebuildFault.nothingToGoBackTo(name) }
                guard force || standing.verifiedAtMicros != nil else { throw RebuildFault.notVerified(name) }
                _ = try await lease.query(
                    "UPDATE treue.projection SET previous_generation = NULL, previous_version = NULL WHERE name = $1",
                    [.text(name)])
                _ = try await lease.query("DELETE FROM treue.checkpoint WHERE projection = $1", [.text(previous)])
                try await drop(generation, on: lease)
            }
        }
    }

    /// Who holds this advisory lock is rebuilding the report: "treue" and the name's FNV-1a hash.
    private var lock: Int64 {
        let hash = name.utf8.reduce(UInt32(0x811C_9DC5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        return 0x7472_6575_0000_0000 | Int64(hash)
    }

    /// The generation to fill: the one that an interrupted rebuild by the same code left, or a new one.
    private func begin(on lease: PostgresLease) async throws -> Int64 {
        let standing = try await standing(on: lease)
        if let generation = standing.buildingGeneration {
            if standing.buildingVersion == Fold.version { return generation }
            try await drop(generation, on: lease)
        }
        let known = [standing.generation, standing.previousGeneration ?? 0, standing.buildingGeneration ?? 0]
        let generation = (known.max() ?? 0) + 1
        try await lease.transaction {
            _ = try await lease.query("DELETE FROM treue.checkpoint WHERE projection = $1", [.text(next)])
            _ = try await lease.query(
                "UPDATE treue.projection SET building_generation = $2, building_version = $3 WHERE name = $1",
                [.text(name), .int8(generation), .int4(Int32(truncatingIfNeeded: Fold.version))])
        }
        return generation
    }

    private func fill(
        _ target: ReportTarget<Fold>, on lease: PostgresLease, _ tell: @escaping @Sendable (FoldProgress) async -> Void
    ) async throws -> Rebuilt {
        let work = PartitionWork(target: target, client: client, log: log, workers: workers, bounds: bounds)
        let known = try await target.checkpoints(on: client).values.reduce(0, +)
        let total = try await log.heads(on: client).reduce(0) { $0 + $1.position }
        let meter = Meter(done: known, total: total) { progress in
            await tell(FoldProgress(done: progress.done, total: progress.total, skipped: known))
        }
        var positions = try await ProjectionFaults.noting(target.checkpoint, on: client) {
            try await work.catchUp(meter)
        }
        for _ in 0..<10 where try await work.behind(positions) >= 500 { positions = try await work.catchUp(meter) }
        return try await lease.transaction {
            // The follower waits for its checkpoints, finds them moved, and goes on from there.
            _ = try await lease.query(
                "SELECT partition FROM treue.checkpoint WHERE projection = $1 ORDER BY partition FOR UPDATE",
                [.text(name)])
            let events = try await work.finish(from: positions, on: lease)
            try await swap(to: target, on: lease)
            return Rebuilt(events: events, rows: try await figures(of: target.generation, on: lease))
        }
    }

    /// Makes the target's generation the one in use, and keeps the one that was.
    private func swap(to target: ReportTarget<Fold>, on lease: PostgresLease) async throws {
        if target.checkpoint != previous {
            _ = try await lease.query("DELETE FROM treue.checkpoint WHERE projection = $1", [.text(previous)])
        }
        let rename: PostgresStatement = "UPDATE treue.checkpoint SET projection = $2 WHERE projection = $1"
        let aside = "\(name)_aside"
        for (from, to) in [(name, aside), (target.checkpoint, name), (aside, previous)] {
            _ = try await lease.query(rename, [.text(from), .text(to)])
        }
        // A partition without events was never folded. What comes into it has to be followed all the same.
        try await beginAtZero(on: lease)
        _ = try await lease.query(
            """
            UPDATE treue.projection
               SET previous_generation = generation, previous_version = version, generation = $2, version = $3,
                   building_generation = CASE WHEN building_generation = $2 THEN NULL ELSE building_generation END,
                   swapped_at = now(), verified_at = NULL, updated_at = now()
             WHERE name = $1
            """, [.text(name), .int8(target.generation), .int4(Int32(truncatingIfNeeded: Fold.version))])
        try await ProjectionFaults.resolve(name, on: lease)
        try await ProjectionFaults.resolve(target.checkpoint, on: lease)
    }

    func figures(of generation: Int64, on connection: some PostgresQuerying) async throws -> Int64 {
        try await connection.query(
            """
            SELECT (SELECT count(*) FROM treue.report_cell WHERE projection = $1 AND generation = $2)
                   + (SELECT count(*) FROM treue.report_month WHERE $1 = 'activity' AND generation = $2)
            """, [.text(name), .int8(generation)])[0].int8(0)
    }

    /// Deletes a generation's rows, a partition at a time.
    private func drop(_ generation: Int64, on lease: PostgresLease) async throws {
        for partition in 0..<log.partitions {
            let place: [PostgresValue] = [.int4(Int32(truncatingIfNeeded: partition)), .int8(generation)]
            for table in ["report_cell", "report_member"] {
                let statement = PostgresStatement(
                    "DELETE FROM treue.\(table) WHERE partition = $1 AND generation = $2 AND projection = $3")
                _ = try await lease.query(statement, place + [.text(name)])
            }
            if name == ActivityFold.name {
                _ = try await lease.query(
                    "DELETE FROM treue.report_month WHERE partition = $1 AND generation = $2", place)
            }
        }
    }
}

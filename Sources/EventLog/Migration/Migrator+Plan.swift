import Postgres
import Schema

extension Migrator {
    /// What the database says about itself.
    struct State {
        var migrations: [Int: (name: String, checksum: [UInt8])] = [:]
        var objects: [String: [UInt8]] = [:]
    }

    /// A change and how to make it.
    struct Step {
        var change: SchemaChange
        var files: [SQLFile]
        var needsSchema = false
        var records: [(statement: PostgresStatement, parameters: [PostgresValue])] = []
    }

    func state(on connection: some PostgresQuerying) async throws -> State {
        var state = State()
        let exists = try await connection.query(
            "SELECT to_regclass('treue.migration') IS NOT NULL AND to_regclass('treue.schema_object') IS NOT NULL", [])
        guard let row = exists.first, try row.bool(0) else {
            return state
        }
        for row in try await connection.query("SELECT version, name, checksum FROM treue.migration", []) {
            state.migrations[Int(try row.int4(0))] = (try row.text(1), try row.bytes(2))
        }
        for row in try await connection.query("SELECT name, checksum FROM treue.schema_object", []) {
            state.objects[try row.text(0)] = try row.bytes(1)
        }
        return state
    }

    func plan(for state: State) throws(EventLogError) -> [Step] {
        let known = migrations.map(\.version).max() ?? 0
        if let found = state.migrations.keys.max(), found > known {
            throw .databaseIsNewer(found: found, known: known)
        }
        var steps = objectSteps(foundation, state)
        // The foundation stands or falls together: its files are run in order, from the first.
        if !steps.isEmpty {
            steps = [merged(objectSteps(foundation, State()))]
        }
        for migration in migrations {
            let checksum = Self.checksum(migration.files)
            guard let applied = state.migrations[migration.version] else {
                steps.append(step(for: migration, checksum))
                continue
            }
            guard applied.checksum == checksum else {
                throw .migrationChanged(version: migration.version, name: applied.name)
            }
        }
        return steps + objectSteps(objects, state)
    }

    private func step(for migration: SchemaMigration, _ checksum: [UInt8]) -> Step {
        let change = SchemaChange(kind: .migration, name: "\(migration.version): \(migration.name)")
        let parameters: [PostgresValue] = [
            .int4(Int32(truncatingIfNeeded: migration.version)), .text(migration.name), .bytea(checksum),
        ]
        let record: PostgresStatement = "INSERT INTO treue.migration (version, name, checksum) VALUES ($1, $2, $3)"
        return Step(change: change, files: migration.files, records: [(record, parameters)])
    }

    private func objectSteps(_ files: [SQLFile], _ state: State) -> [Step] {
        let record: PostgresStatement = """
            INSERT INTO treue.schema_object (name, checksum) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET checksum = excluded.checksum, applied_at = now()
            """
        return files.compactMap { file in
            let checksum = Self.checksum([file])
            guard state.objects[file.name] != checksum else {
                return nil
            }
            return Step(
                change: SchemaChange(kind: .object, name: file.name), files: [file],
                records: [(record, [.text(file.name), .bytea(checksum)])])
        }
    }

    private func merged(_ steps: [Step]) -> Step {
        Step(
            change: SchemaChange(kind: .object, name: "foundation"), files: steps.flatMap(\.files),
            needsSchema: true, records: steps.flatMap(\.records))
    }
}

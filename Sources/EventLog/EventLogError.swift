/// What is wrong with the log as a whole; a single append that cannot be made is an ``AppendRefusal``.
public enum EventLogError: Error, Sendable, Equatable {
    /// The database holds no log yet: `treue migrate`.
    case notMigrated
    /// A migration that was applied long ago reads differently now.
    case migrationChanged(version: Int, name: String)
    /// The database was migrated by a newer program.
    case databaseIsNewer(found: Int, known: Int)
    /// Bytes of a COPY or a row that cannot be what was asked for.
    case unreadable(String)
}

extension EventLogError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notMigrated:
            "the database holds no log yet; run `treue migrate`"
        case .migrationChanged(let version, let name):
            "migration \(version) (\(name)) was applied with another text than this program has; "
                + "a released migration must not change"
        case .databaseIsNewer(let found, let known):
            "the database is at version \(found), this program knows versions up to \(known); run the newer program"
        case .unreadable(let what):
            "the database answered what cannot be read: \(what)"
        }
    }
}

import TestSupport

enum ThrowawayDatabase {
    /// An empty database, owned by a role that is no superuser.
    static func url() async throws -> String {
        try await ThrowawayPostgres.shared().freshDatabase()
    }
}

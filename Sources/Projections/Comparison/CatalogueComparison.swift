public import Wire

/// What a comparison of all read models with the log found.
public struct CatalogueComparison: Sendable {
    public var parts: [ProjectionComparison]

    /// Differences in all.
    public var count: Int64 { parts.reduce(0) { $0 + $1.count } }

    /// The object's members.
    public func write(to writer: inout JSONWriter) {
        let account = parts.first { $0.name == AccountProjection.name }
        writer.member("events", account?.events ?? 0)
        writer.member("members", account?.rows ?? 0)
        writer.member("difference_count", count)
        writer.key("differences")
        writer.beginArray()
        for difference in parts.flatMap(\.differences).prefix(ProjectionComparison.mostKept) {
            switch difference {
            case .account(let difference): difference.write(to: &writer)
            case .report(let difference): difference.write(to: &writer)
            }
        }
        writer.endArray()
        writer.key("projections")
        writer.beginArray()
        for part in parts {
            writer.beginObject()
            writer.member("name", part.name)
            writer.member("events", part.events)
            writer.member("rows", part.rows)
            writer.member("difference_count", part.count)
            writer.endObject()
        }
        writer.endArray()
    }
}

extension ProjectionCatalogue {
    /// Compares every read model: the log is read once for all of them.
    ///
    /// - Throws: ``FoldFault``, `PostgresError`.
    public func compareAll(progress: @Sendable (FoldProgress) async -> Void) async throws -> CatalogueComparison {
        CatalogueComparison(
            parts: try await LogComparer(
                projections: compared, client: account.client, log: account.log, bounds: account.bounds
            )
            .run(progress: progress))
    }
}

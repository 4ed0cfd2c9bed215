public import EventLog

/// A read model: rows that follow from the log, and can be folded afresh from it at any time.
public protocol Projection: Sendable {
    /// Its name in the API and on the command line.
    var name: String { get }
    /// Which version of its rows this program writes.
    var codeVersion: Int { get }

    /// How it stands.
    func status() async throws -> ProjectionStatus

    /// How it stands for whoever asks through that connection, within their own transaction too.
    func status(on connection: some PostgresQuerying) async throws -> ProjectionStatus

    /// Folds the log afresh beside the rows in use and swaps them, while reads and writes go on. Cut off, it goes on where
    /// it was; what was replaced is kept.
    func rebuild(progress: @escaping @Sendable (FoldProgress) async -> Void) async throws -> Rebuilt

    /// Puts back what was replaced, caught up with the log; what was in use is kept in its place.
    func rollback(progress: @escaping @Sendable (FoldProgress) async -> Void) async throws -> Rebuilt

    /// Drops what was replaced; unless forced, only once its successor has been verified.
    func forgetPrevious(force: Bool) async throws
}

extension AccountProjection: Projection {
    public var name: String { AccountProjection.name }
    public var codeVersion: Int { AccountProjection.version }
}

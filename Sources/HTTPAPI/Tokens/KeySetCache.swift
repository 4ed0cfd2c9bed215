import Logging
import Loyalty

/// The key set as it was last read. Read anew when it has aged, and when a token names a key that is not in it; never
/// more often than every half minute. While it cannot be read, the old one stays good for a day.
actor KeySetCache {
    private let loader: any KeySetLoader
    private let logger: Logger
    private var keys: [TokenKey] = []
    private var readAt: Instant?
    private var triedAt: Instant?
    private var reading: Task<[TokenKey], any Error>?
    /// Why the last attempt failed.
    private(set) var fault = "it has not been read"

    /// Microseconds.
    private static let fresh: Int64 = 600_000_000
    private static let patience: Int64 = 30_000_000
    private static let stale: Int64 = 86_400_000_000

    init(loader: any KeySetLoader, logger: Logger) { (self.loader, self.logger) = (loader, logger) }

    func keys(at: Instant) async -> [TokenKey] {
        if age(at: at).map({ $0 >= Self.fresh }) ?? true { await read(at: at) }
        return usable(at: at)
    }

    /// The keys after another look, where one is due.
    func newerKeys(at: Instant) async -> [TokenKey] {
        await read(at: at)
        return usable(at: at)
    }

    private func usable(at: Instant) -> [TokenKey] { age(at: at).map { $0 < Self.stale } ?? false ? keys : [] }

    private func age(at: Instant) -> Int64? { readAt.map { at.micros - $0.micros } }

    /// Reads once, however many ask.
    private func read(at: Instant) async {
        if let reading {
            _ = try? await reading.value
            return
        }
        if let triedAt, abs(at.micros - triedAt.micros) < Self.patience { return }
        triedAt = at
        let task = Task { [loader] in
            try await TokenKey.all(in: try await loader.load(), allowsSecrets: loader.allowsSecrets)
        }
        reading = task
        do {
            keys = try await task.value
            readAt = at
        } catch {
            fault = "\(error)"
            logger.warning("the key set of members' tokens cannot be read", metadata: ["reason": "\(error)"])
        }
        reading = nil
    }
}

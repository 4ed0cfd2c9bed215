public import Logging
public import Postgres

/// Tells followers of all processes that the log has grown: one NOTIFY for whatever was appended meanwhile, outside the
/// append, because inside it would make all appends wait for each other. A hint only: followers look by themselves, too.
public final class LogSignal: Sendable {
    /// The channel that is notified.
    public static let channel = "treue_log"

    private let client: PostgresClient
    private let logger: Logger
    private let interval: Duration
    private let pending: AsyncStream<Void>
    private let sink: AsyncStream<Void>.Continuation

    /// - Parameter interval: the shortest time between two notifications.
    public init(client: PostgresClient, logger: Logger, interval: Duration = .milliseconds(20)) {
        (self.client, self.logger, self.interval) = (client, logger, interval)
        (pending, sink) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Something was appended. Costs nothing; call it as often as you like.
    public func raise() { sink.yield() }

    /// No further notification; ``run()`` returns.
    public func shutdown() { sink.finish() }

    /// Sends notifications until ``shutdown()``. May be called once.
    public func run() async {
        for await _ in pending {
            do {
                _ = try await client.query("SELECT pg_notify('treue_log', '')")
            } catch {
                logger.debug("followers were not woken", metadata: ["error": "\(error)"])
            }
            try? await Task.sleep(for: interval)
        }
    }
}

import Logging
import Synchronization

/// One connection that listens on behalf of every `PostgresClient.listen`.
final class Listener: Sendable {
    private typealias Sink = AsyncStream<String>.Continuation

    private struct State {
        var sinks: [String: [UInt64: Sink]] = [:]
        var isRunning = false
        var isStopped = false
    }

    private let client: PostgresClient
    private let id = ConnectionID.next()
    private let state = Mutex(State())
    /// Says that channels came or went, the connection broke, or the client shuts down.
    private let changes: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(client: PostgresClient) {
        self.client = client
        (changes, signal) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func stream(_ channel: String) -> AsyncStream<String> {
        let (stream, sink) = AsyncStream<String>.makeStream(bufferingPolicy: .bufferingNewest(256))
        let number = ConnectionID.next()
        let starts = state.withLock { state in
            guard !state.isStopped else { return false }
            state.sinks[channel, default: [:]][number] = sink
            defer { state.isRunning = true }
            return !state.isRunning
        }
        sink.onTermination = { [weak self] _ in self?.remove(number, channel) }
        if starts { start() }
        if state.withLock(\.isStopped) { sink.finish() }
        signal.yield()
        return stream
    }

    private func remove(_ number: UInt64, _ channel: String) {
        state.withLock { state in
            state.sinks[channel]?[number] = nil
            if state.sinks[channel]?.isEmpty == true { state.sinks[channel] = nil }
        }
        signal.yield()
    }

    private func start() {
        guard client.onShutdown(id, { [weak self] in self?.stop() }) else { return stop() }
        Task { await run() }
    }

    private func stop() {
        let sinks = state.withLock { state in
            state.isStopped = true
            defer { state.sinks = [:] }
            return state.sinks.values.flatMap(\.values)
        }
        for sink in sinks { sink.finish() }
        signal.yield()
    }

    private func yield(_ payload: String, to channel: String) {
        let sinks = state.withLock { $0.sinks[channel].map { Array($0.values) } ?? [] }
        for sink in sinks { sink.yield(payload) }
    }
}

// MARK: - The connection

extension Listener {
    private var isStopped: Bool { state.withLock(\.isStopped) }

    private func run() async {
        do throws(PostgresError) {
            let source = try client.makePool()
            defer { client.closePool(source) }
            var changes = changes.makeAsyncIterator()
            while !isStopped {
                do throws(PostgresError) {
                    // Waits for a connection, with backoff between the attempts.
                    let lease = try await source.acquire()
                    defer { source.release(lease) }
                    try await listen(lease, &changes)
                } catch {
                    if error.code == .closed { throw error }
                    client.logger.warning("listening was interrupted: \(error.message)")
                }
            }
        } catch {
            client.logger.debug("listening ends: \(error.message)")
        }
        stop()
    }

    /// Keeps LISTENing to what is wanted until the connection breaks or the client shuts down.
    private func listen(
        _ lease: PostgresLease, _ changes: inout AsyncStream<Void>.Iterator
    ) async throws(PostgresError) {
        lease.whenLost { [signal] in signal.yield() }
        let connection = lease.connection
        lease.reactor.post(
            .call { [weak self] thread in
                thread.driver(connection)?.onNotification = { self?.yield($1, to: $0) }
            })
        var heard: Set<String> = []
        while !isStopped, lease.isAlive {
            let wanted = state.withLock { Set($0.sinks.keys) }
            for channel in wanted.subtracting(heard) {
                try await lease.control("LISTEN \(quoted(channel))")
                yield("", to: channel)
            }
            for channel in heard.subtracting(wanted) { try await lease.control("UNLISTEN \(quoted(channel))") }
            heard = wanted
            _ = await changes.next(isolation: nil)
        }
    }

    private func quoted(_ channel: String) -> String {
        "\"\(channel.replacing("\"", with: "\"\""))\""
    }
}

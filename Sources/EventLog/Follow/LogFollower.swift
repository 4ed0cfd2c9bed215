import Foundation
public import Logging
public import Postgres
import Synchronization

/// Hands the log to a handler, partition by partition, each event once and in order.
///
/// Several server processes may run the same follower: one works, the others stand by and take over when its
/// connection ends. It works on the very connection that holds the lock, so who has lost the lock cannot commit.
public final class LogFollower: Sendable {
    /// What this process's follower is doing.
    public enum State: Sendable, Equatable {
        /// Not started, or shut down.
        case stopped
        /// Another process follows under this name.
        case standby
        /// Reading, or waiting for events.
        case following
        /// Something failed that passes by itself; it is tried again after a pause.
        case retrying(String)
    }

    /// What this process's follower has done since it started.
    public struct Figures: Sendable, Equatable {
        public var events: Int64 = 0
        public var transactions: Int64 = 0
        /// Events that stopped their partition.
        public var faults: Int64 = 0
        /// Failures that were tried again.
        public var retries: Int64 = 0
    }

    private struct Shared {
        var state = State.stopped
        var figures = Figures()
        var isStopping = false
    }

    public let handler: any LogConsumer
    /// The handler, where it folds before it writes.
    let folding: (any FoldingConsumer)?
    let client: PostgresClient
    let log: EventLog
    let configuration: FollowerConfiguration
    let logger: Logger
    let clock: @Sendable () -> Int64
    let window: EventWindow
    private let shared = Mutex(Shared())
    /// Says that it is worth looking: events came, time passed, or it is over.
    private let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation

    /// - Parameters:
    ///   - window: what followers of the same log share.
    ///   - clock: microseconds since 1970-01-01 UTC, for the times of faults.
    public init(
        _ handler: any LogConsumer, client: PostgresClient, log: EventLog, window: EventWindow = EventWindow(),
        configuration: FollowerConfiguration = FollowerConfiguration(), logger: Logger,
        clock: @escaping @Sendable () -> Int64
    ) {
        (self.handler, self.client, self.log, self.window) = (handler, client, log, window)
        folding = handler as? any FoldingConsumer
        (self.configuration, self.logger, self.clock) = (configuration, logger, clock)
        (wakes, waker) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    private static let breaths = Atomic<UInt8>(0)

    /// For handlers to say in loops over many events: every few times it lets go of the processor for whoever waits for it.
    /// The system would let us keep it until its clock ticks, which is four milliseconds of a till's time.
    public static func breathe() {
        if breaths.wrappingAdd(1, ordering: .relaxed).newValue % 16 == 0 { sched_yield() }
    }

    public var name: String { handler.name }
    public var state: State { shared.withLock(\.state) }
    public var figures: Figures { shared.withLock(\.figures) }

    /// Looks at the log soon, without waiting for a notification.
    public func wake() { waker.yield() }

    /// Takes no further page; ``run()`` returns when the one under way is committed.
    public func shutdown() {
        shared.withLock { $0.isStopping = true }
        waker.finish()
    }

    /// Follows until ``shutdown()``, or until the task is cancelled. May be called once.
    public func run() async {
        await withTaskCancellationHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { [waker, configuration] in
                    while (try? await Task.sleep(for: configuration.pollInterval)) != nil { waker.yield() }
                }
                group.addTask { [waker, client] in
                    for await _ in client.listen(LogSignal.channel) { waker.yield() }
                }
                // A task of its own: a page under way is committed even when ours is cancelled.
                await Task(executorPreference: FollowerExecutor.shared) { await self.loop() }.value
                group.cancelAll()
            }
        } onCancel: {
            shutdown()
        }
        set(.stopped)
    }

    private func loop() async {
        var wakes = wakes.makeAsyncIterator()
        var backoff = configuration.minimumBackoff
        while !isStopping {
            var pause = configuration.standbyInterval
            do {
                if try await SessionLock(name: name).isFree(on: client) {
                    try await client.withConnection { lease in
                        try await follow(on: lease, &wakes) { backoff = self.configuration.minimumBackoff }
                    }
                }
                if !isStopping { set(.standby) }
            } catch {
                set(.retrying("\(error)"))
                count { $0.retries += 1 }
                logger.warning("follower \(name) tries again", metadata: ["error": "\(error)"])
                pause = backoff
                backoff = min(backoff * 2, configuration.maximumBackoff)
            }
            await wait(atLeast: pause, &wakes)
        }
    }

    /// Follows as long as the lock is ours; returns when another has it or it is time to stop.
    private func follow(
        on lease: PostgresLease, _ wakes: inout AsyncStream<Void>.Iterator, succeeded: () -> Void
    ) async throws {
        guard try await SessionLock(name: name).take(on: lease) else { return }
        try await lease.planByIndexes(untilCommit: false)
        try await FollowerStore(log: log).begin(name, at: configuration.start, on: lease)
        set(.following)
        logger.debug("follower \(name) follows")
        folding?.forget()
        var unwritten = UnwrittenPages()
        repeat {
            let pause = try await catchUp(on: lease, &unwritten)
            succeeded()
            try await rest(for: pause)
        } while await wakes.next(isolation: nil) != nil
        try await writeRest(&unwritten, on: lease)
    }

    /// Lets events gather. All followers of the process that rest for long wake at the same moments, so that they want the
    /// same events of the window.
    private func rest(for pause: Duration) async throws {
        var end = ContinuousClock.now + pause
        if pause >= .milliseconds(500) { end -= .microseconds(clock() % 500_000) }
        while !isStopping, ContinuousClock.now < end {
            try await Task.sleep(for: min(end - ContinuousClock.now, .milliseconds(50)))
        }
    }

    private func wait(atLeast pause: Duration, _ wakes: inout AsyncStream<Void>.Iterator) async {
        let end = ContinuousClock.now + pause
        while ContinuousClock.now < end, await wakes.next(isolation: nil) != nil {}
    }

    var isStopping: Bool { shared.withLock(\.isStopping) }

    func count(_ change: (inout Figures) -> Void) { shared.withLock { change(&$0.figures) } }

    private func set(_ state: State) { shared.withLock { $0.state = state } }
}

import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore

/// Serves each connection on its own event loop: what a request does between two waits runs where its bytes were read
/// and will be written, instead of crossing to the shared pool of threads and back. That spares a thread's wake-up for
/// nearly every step, which is most of what a small request costs.
struct OnEventLoop<Base: ServerChildChannel>: ServerChildChannel {
    let base: Base

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        base.setup(channel: channel, logger: logger)
    }

    func handle(value: Base.Value, logger: Logger) async {
        await withTaskExecutorPreference(EventLoopExecutor(loop: value.channel.eventLoop)) {
            await base.handle(value: value, logger: logger)
        }
    }
}

/// Runs tasks on one event loop. Nothing that may take long is left to it: see ``offEventLoop(_:)``.
private final class EventLoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

extension Request {
    /// Bytes of the largest body that is read in microseconds.
    static var quickBody: Int { 16 * 1024 }

    /// Whether it is certain to take microseconds of work: what checkouts ask all day. Everything else goes where it
    /// holds up no other connection.
    var isQuick: Bool {
        let body = headers[.contentLength].map { Int($0) ?? .max } ?? (headers[.transferEncoding] == nil ? 0 : .max)
        guard body <= Self.quickBody else { return false }
        let path = uri.path
        return path == "/v1/events" || path == "/v1/quotes" || path == "/livez" || path.hasSuffix("/balance")
            || path.hasSuffix("/redemptions")
    }
}

/// Runs work that may take milliseconds on the shared pool of threads.
func offEventLoop<Value: Sendable>(_ work: () async throws -> Value) async rethrows -> Value {
    try await withTaskExecutorPreference(globalConcurrentExecutor, operation: work)
}

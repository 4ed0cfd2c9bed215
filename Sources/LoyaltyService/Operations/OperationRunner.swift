import EventLog
import Foundation
import Logging
import Loyalty
import Postgres
import Projections
import Synchronization
import Wire

/// Carries out operations in this process, some at a time, and keeps their rows up to date.
public final class OperationRunner: Sendable {
    /// Work that tells how far it is, and answers with a JSON object.
    typealias Work = @Sendable (_ tell: @escaping @Sendable (FoldProgress) async -> Void) async throws -> [UInt8]

    private struct Job: Sendable {
        var id: UUID
        var kind: String
        var work: Work
    }

    /// How many operations of all kinds may run over one database.
    static let limit = 4

    let store: OperationStore
    private let logger: Logger
    private let jobs: AsyncStream<Job>
    private let queue: AsyncStream<Job>.Continuation
    private let isOpen = Mutex(false)
    private let ids = UUIDv7Generator()
    private let clock: @Sendable () -> Instant

    init(client: PostgresClient, logger: Logger, clock: @escaping @Sendable () -> Instant) {
        (store, self.logger, self.clock) = (OperationStore(client: client), logger, clock)
        // Rows bound how many there are; the stream never holds more.
        (jobs, queue) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(OperationRunner.limit))
    }

    /// Begins work, unless the same is being done anywhere.
    ///
    /// - Throws: `operation_underway`, `overloaded`; `PostgresError`.
    func start(_ kind: String, of subject: String, _ work: @escaping Work) async throws -> OperationView {
        let operation = try await note(newID(), kind, of: subject, on: store.client)
        try await perform(operation.id, kind, work)
        return operation
    }

    /// An id for an operation.
    func newID() -> UUID { ids.next(nowMicros: clock().micros) }

    /// Writes down that work begins, perhaps in a transaction with something else; ``perform(_:_:_:)`` must follow once
    /// that is committed. A process that ends between the two leaves an operation that is interrupted.
    ///
    /// - Throws: `operation_underway`, `overloaded`; `PostgresError`.
    func note(
        _ id: UUID, _ kind: String, of subject: String, on connection: some PostgresQuerying
    ) async throws -> OperationView {
        guard isOpen.withLock({ $0 }) else { throw ServiceError.overloaded }
        return try await store.begin(
            id, kind: kind, subject: subject, atMost: OperationRunner.limit, on: connection)
    }

    /// Carries out what was written down.
    ///
    /// - Throws: `overloaded` where the server is stopping; then the operation is interrupted.
    func perform(_ id: UUID, _ kind: String, _ work: @escaping Work) async throws {
        guard case .enqueued = queue.yield(Job(id: id, kind: kind, work: work)) else {
            try await store.end(id, .interrupted, done: 0, total: 0, result: Array(OperationStore.ended.utf8))
            throw ServiceError.overloaded
        }
    }

    /// Works until ``shutdown()``; what is under way then is cut off at a place from which it can go on.
    public func run() async {
        isOpen.withLock { $0 = true }
        await withDiscardingTaskGroup { group in
            for await job in jobs { group.addTask { await self.perform(job) } }
            group.cancelAll()
        }
    }

    /// Begins nothing more, and cuts off what is under way.
    public func shutdown() {
        isOpen.withLock { $0 = false }
        queue.finish()
    }

    private func perform(_ job: Job) async {
        let gauge = Gauge()
        let (state, result) = await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.beat(job.id, gauge) }
            let end = await outcome(of: job, gauge)
            group.cancelAll()
            return end
        }
        let last = gauge.progress
        // In a task of its own: a cancelled one could not write.
        await Task {
            do {
                try await store.end(job.id, state, done: last.done, total: last.total, result: result)
            } catch {
                logger.warning("the end of an operation was not noted", metadata: ["error": "\(error)"])
            }
        }.value
        logger.notice(
            "operation ended",
            metadata: ["operation": "\(UUIDText.text(job.id))", "kind": "\(job.kind)", "state": "\(state.rawValue)"])
    }

    private func outcome(of job: Job, _ gauge: Gauge) async -> (OperationView.State, [UInt8]) {
        do {
            return (.succeeded, try await job.work { gauge.progress = $0 })
        } catch {
            if Task.isCancelled { return (.interrupted, Array(OperationStore.ended.utf8)) }
            logger.log(
                level: OperationRunner.isFault(error) ? .error : .warning, "operation failed",
                metadata: ["kind": "\(job.kind)", "error": "\(error)"])
            var writer = JSONWriter()
            writer.beginObject()
            writer.member("detail", OperationRunner.detail(of: error))
            if let fault = error as? FoldFault { fault.write(to: &writer) }
            writer.endObject()
            return (.failed, writer.bytes)
        }
    }

    /// Whether somebody has to look into it. What was asked for and cannot be had now is no fault of the server.
    private static func isFault(_ error: any Error) -> Bool {
        switch error {
        case RebuildFault.gap: true
        case is RebuildFault: false
        default: true
        }
    }

    /// What an administrator may read of an error; the server's log has all of it.
    private static func detail(of error: any Error) -> String {
        switch error {
        case let fault as RebuildFault: fault.description
        case let fault as FoldFault: fault.description
        case let error as PostgresError where error.isConnectionFault:
            "The database could not be reached. Ask for the same again: it goes on where it was."
        default: "Something went wrong; the server's log says what."
        }
    }

    /// Says every second that somebody works, and how far they are.
    private func beat(_ id: UUID, _ gauge: Gauge) async {
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            let now = gauge.progress
            try? await store.beat(id, done: now.done, total: now.total, skipped: now.skipped)
        }
    }
}

/// How far one operation is.
private final class Gauge: Sendable {
    private let state = Mutex(FoldProgress(done: 0, total: 0))

    var progress: FoldProgress {
        get { state.withLock { $0 } }
        set { state.withLock { $0 = newValue } }
    }
}

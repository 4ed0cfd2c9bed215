import Synchronization

/// One statement, script or COPY on its way to a connection and back. Answered exactly once.
final class Operation: Sendable {
    typealias Answer = Result<PostgresRows, PostgresError>

    enum Work: Sendable {
        case statement(StatementCache.Key, EncodedParameters, prepared: Bool, alone: Bool)
        case script(String)
        case copyOut(String)
        case copyIn(String)

        var sql: String {
            switch self {
            case .statement(let key, _, _, _): key.sql
            case .script(let sql), .copyOut(let sql), .copyIn(let sql): sql
            }
        }
    }

    let id: UInt64
    let work: Work
    let deadline: Int64
    private let lane: LaneHandle?
    private let continuation: Mutex<CheckedContinuation<Answer, Never>?>

    private static let ids = Atomic<UInt64>(1)

    init(_ work: Work, deadline: Int64, lane: LaneHandle?, continuation: CheckedContinuation<Answer, Never>) {
        id = Self.ids.wrappingAdd(1, ordering: .relaxed).oldValue
        self.work = work
        self.deadline = deadline
        self.lane = lane
        self.continuation = Mutex(continuation)
    }

    var isAnswered: Bool { continuation.withLock { $0 == nil } }

    func answer(_ answer: Answer) {
        guard let continuation = continuation.withLock({ $0.take() }) else { return }
        lane?.leave()
        if case .failure(let error) = answer {
            continuation.resume(returning: .failure(error.about(work.sql)))
        } else {
            continuation.resume(returning: answer)
        }
    }
}

/// Lets a cancellation handler, which may run before the operation exists, find it.
final class CancellationSlot: Sendable {
    private struct State {
        var operation: UInt64?
        var isCancelled = false
    }

    private let state = Mutex(State())

    /// Returns false when the task was cancelled already.
    func fill(_ id: UInt64) -> Bool {
        state.withLock {
            $0.operation = id
            return !$0.isCancelled
        }
    }

    var isCancelled: Bool { state.withLock(\.isCancelled) }

    func cancel() -> UInt64? {
        state.withLock {
            $0.isCancelled = true
            return $0.operation
        }
    }
}

internal import CLibPQ
import Foundation
import Logging
import Synchronization

/// The way from any task to the thread that owns some connections: an inbox and an eventfd, written once a burst.
///
/// Tasks may run on that thread, too: what asks the database, waits and asks again then does so without waking another
/// thread for each step.
final class Reactor: TaskExecutor {
    enum Job: Sendable {
        case run(UnownedJob)
        case submit(connection: UInt64, Operation)
        case cancel(connection: UInt64, operation: UInt64)
        case call(@Sendable (ReactorThread) -> Void)
    }

    private struct Inbox {
        var jobs: [Job] = []
        var isAwake = false
        var isOpen = false
        var wakeDescriptor: Int32 = -1
        var stopWaiters: [CheckedContinuation<Void, Never>] = []
    }

    private let inbox = Mutex(Inbox())

    /// Starts the thread. Must be called once, before the first job.
    func start(logger: Logger) throws(PostgresError) {
        let wakeDescriptor = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard wakeDescriptor >= 0 else {
            throw PostgresError(.connectionFailed, "eventfd: \(String(cString: strerror(errno)))")
        }
        inbox.withLock {
            $0.wakeDescriptor = wakeDescriptor
            $0.isOpen = true
        }
        let thread = Thread { [self] in
            ReactorThread(reactor: self, wakeDescriptor: wakeDescriptor, logger: logger)?.run()
            closeInbox()
        }
        thread.name = "treue-postgres"
        thread.start()
    }

    /// Hands a job to the thread; false when the reactor does not run, and then the job is never done.
    @discardableResult
    func post(_ job: Job) -> Bool {
        inbox.withLock { inbox in
            guard inbox.isOpen else { return false }
            inbox.jobs.append(job)
            if !inbox.isAwake {
                inbox.isAwake = true
                var one: UInt64 = 1
                // Fails only when the counter is full, and then the thread is awake already.
                _ = write(inbox.wakeDescriptor, &one, 8)
            }
            return true
        }
    }

    /// Lets what was taken finish, at most until `deadline`, and returns when the thread has ended.
    func stop(deadline: Int64) async {
        await withCheckedContinuation { continuation in
            let isOpen = inbox.withLock { inbox in
                if inbox.isOpen { inbox.stopWaiters.append(continuation) }
                return inbox.isOpen
            }
            guard isOpen else { return continuation.resume() }
            post(.call { $0.drain(until: deadline) })
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // Whoever comes after the end finishes elsewhere.
        if !post(.run(job)) { globalConcurrentExecutor.enqueue(ExecutorJob(job)) }
    }

    /// Everything handed over since the last call, in exchange for an empty array with room.
    func takeJobs(into jobs: inout [Job]) {
        jobs.removeAll(keepingCapacity: true)
        inbox.withLock { swap(&$0.jobs, &jobs) }
    }

    /// Whether nothing is there to do: then the next job has to wake the thread.
    func mayRest() -> Bool {
        inbox.withLock { inbox in
            inbox.isAwake = !inbox.jobs.isEmpty
            return inbox.jobs.isEmpty
        }
    }

    /// The thread is awake: no job needs to wake it.
    func isUp() { inbox.withLock { $0.isAwake = true } }

    /// No job is taken from here on; those left over are answered that the client is closed.
    private func closeInbox() {
        let (left, waiters) = inbox.withLock { inbox in
            close(inbox.wakeDescriptor)
            defer { inbox = Inbox() }
            return (inbox.jobs, inbox.stopWaiters)
        }
        let thread = ReactorThread.stopped(reactor: self)
        for job in left {
            switch job {
            case .submit(_, let operation): operation.answer(.failure(.isClosed))
            case .cancel: break
            case .run(let job): globalConcurrentExecutor.enqueue(ExecutorJob(job))
            case .call(let body): if let thread { body(thread) }
            }
        }
        for waiter in waiters { waiter.resume() }
    }
}

extension PostgresError {
    static let isClosed = PostgresError(.closed, "the PostgreSQL client is shut down")
}

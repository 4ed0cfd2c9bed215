import Foundation
import Synchronization

/// Runs the followers of this process on one thread beside the shared pool, and after all others: what they do is not urgent,
/// and must not stand in the way of somebody who waits for an answer.
final class FollowerExecutor: TaskExecutor {
    static let shared = FollowerExecutor()

    private let jobs = Mutex<[UnownedJob]>([])
    private let count = DispatchSemaphore(value: 0)

    private init() {
        let thread = Thread { [self] in
            // On Linux this is of the calling thread alone: a ninth of the share of one that competes with it.
            setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, 10)
            while true {
                count.wait()
                let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                job?.runSynchronously(on: asUnownedTaskExecutor())
            }
        }
        thread.name = "treue-followers"
        thread.start()
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        count.signal()
    }
}

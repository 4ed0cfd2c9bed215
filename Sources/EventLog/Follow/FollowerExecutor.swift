import Dispatch

/// Runs the followers of this process on one thread beside the shared pool: what they do is not urgent, and must not stand
/// in the way of somebody who waits for an answer.
final class FollowerExecutor: TaskExecutor {
    static let shared = FollowerExecutor()

    // Queues of this quality of service have threads of their own.
    private let queue = DispatchQueue(label: "treue.followers", qos: .utility)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}

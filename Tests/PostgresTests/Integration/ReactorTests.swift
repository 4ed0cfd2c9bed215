import Logging
import Synchronization
import Testing

@testable import Postgres

@Suite("tasks on a reactor's thread", .timeLimit(.minutes(1)))
struct ReactorTests {
    private final class Counter: Sendable {
        private let value = Mutex(0)
        var count: Int { value.withLock(\.self) }
        func add() { value.withLock { $0 += 1 } }
    }

    @Test("many tasks that wait for each other all end, and whoever comes after the end finishes elsewhere")
    func tasks() async throws {
        let reactor = Reactor()
        try reactor.start(logger: Logger(label: "test"))
        let ended = Counter()
        @Sendable func work() async {
            for _ in 0..<50 {
                await withCheckedContinuation { next in
                    _ = Task(executorPreference: reactor) { next.resume() }
                }
            }
            ended.add()
        }
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<100 { group.addTask(executorPreference: reactor) { await work() } }
        }
        #expect(ended.count == 100)
        let late = Task(executorPreference: reactor) { await work() }
        await reactor.stop(deadline: .max)
        await late.value
        await Task(executorPreference: reactor) { await work() }.value
        #expect(ended.count == 102)
    }
}

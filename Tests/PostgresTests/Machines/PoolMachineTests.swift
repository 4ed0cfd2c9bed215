import Testing

@testable import Postgres

@Suite("The lease pool's machine")
struct PoolMachineTests {
    typealias Machine = PoolMachine<String>

    private let refused = PostgresError(.connectionFailed, "refused")
    private var random = SeededGenerator(seed: 1)

    private func pool(capacity: Int, waiterLimit: Int = 10) -> Machine {
        let backoff = Backoff(minimum: .nanoseconds(100), maximum: .nanoseconds(1000))
        return Machine(capacity: capacity, waiterLimit: waiterLimit, backoff: backoff)
    }

    private func words(_ actions: [Machine.Action]) -> [String] {
        actions.map { action in
            switch action {
            case .grant(let waiter, let connection): "\(waiter) gets \(connection)"
            case .connect: "connect"
            case .close(let connection): "close \(connection)"
            case .fail(let waiter, let error): "\(waiter) fails \(error.code.rawValue)"
            }
        }
    }

    @Test("opens a connection for the first caller and keeps it for the next")
    func reuse() {
        var pool = pool(capacity: 2)
        #expect(words(pool.acquire("a", id: 1, deadline: 9)) == ["connect"])
        #expect(words(pool.connected(7)) == ["a gets 7"])
        #expect(words(pool.released(7, isReusable: true)) == [] && pool.idleCount == 1)
        #expect(words(pool.acquire("b", id: 2, deadline: 9)) == ["b gets 7"])
    }

    @Test("opens no more than its capacity; those beyond wait their turn")
    func capacity() {
        var pool = pool(capacity: 1)
        #expect(words(pool.acquire("a", id: 1, deadline: 9)) == ["connect"])
        #expect(words(pool.acquire("b", id: 2, deadline: 9)) == [])
        #expect(words(pool.acquire("c", id: 3, deadline: 9)) == [])
        #expect(words(pool.connected(7)) == ["a gets 7"])
        #expect(words(pool.released(7, isReusable: true)) == ["b gets 7"])
        #expect(words(pool.released(7, isReusable: true)) == ["c gets 7"])
    }

    @Test("a connection that is not fit is closed, and another opened for who waits")
    func unfit() {
        var pool = pool(capacity: 1)
        _ = pool.acquire("a", id: 1, deadline: 9) + pool.connected(7) + pool.acquire("b", id: 2, deadline: 9)
        #expect(words(pool.released(7, isReusable: false)) == ["close 7", "connect"])
        #expect(words(pool.connected(8)) == ["b gets 8"])
    }

    @Test("an idle connection that broke is never granted")
    func lostIdle() {
        var pool = pool(capacity: 1)
        _ = pool.acquire("a", id: 1, deadline: 9) + pool.connected(7) + pool.released(7, isReusable: true)
        _ = pool.lost(7)
        #expect(words(pool.acquire("b", id: 2, deadline: 9)) == ["connect"])
    }

    @Test("after a failure it waits before it tries again, and its callers fail at their deadlines")
    func failures() {
        var (pool, random) = (pool(capacity: 1), random)
        _ = pool.acquire("a", id: 1, deadline: 1000)
        #expect(words(pool.connectFailed(refused, now: 0, using: &random)) == [])
        #expect(words(pool.acquire("b", id: 2, deadline: 2000)) == [])
        let retry = pool.nextDeadline ?? -1
        #expect((50...100).contains(retry))
        #expect(words(pool.tick(now: retry)) == ["connect"])
        #expect(words(pool.connectFailed(refused, now: retry, using: &random)) == [])
        #expect(words(pool.tick(now: 1000)).contains("a fails connection_failed"))
        #expect(pool.waiterCount == 1)
    }

    @Test("a caller that gives up is no longer waited for; one too many is refused")
    func givingUp() {
        var pool = pool(capacity: 1, waiterLimit: 1)
        _ = pool.acquire("a", id: 1, deadline: 9)
        #expect(words(pool.acquire("b", id: 2, deadline: 9)) == ["b fails queue_full"])
        #expect(words(pool.cancel(1)) == ["a fails cancelled"])
        #expect(words(pool.cancel(1)) == [])
        #expect(words(pool.connected(7)) == [] && pool.idleCount == 1)
    }

    @Test("closing fails who waits and closes what is idle, now and later")
    func closing() {
        var pool = pool(capacity: 2)
        _ = pool.acquire("a", id: 1, deadline: 9) + pool.connected(7) + pool.released(7, isReusable: true)
        _ = pool.acquire("b", id: 2, deadline: 9) + pool.acquire("c", id: 3, deadline: 9)
        #expect(words(pool.close()) == ["c fails closed"])
        #expect(words(pool.connected(8)) == ["close 8"])
        #expect(words(pool.released(7, isReusable: true)) == ["close 7"])
        #expect(words(pool.acquire("d", id: 4, deadline: 9)) == ["d fails closed"])
        #expect(pool.isQuiet)
    }
}

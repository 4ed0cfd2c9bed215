import Synchronization
import Testing

@testable import EventLog

@Suite("the followers' turn", .timeLimit(.minutes(1)))
struct FollowerTurnTests {
    private final class Order: Sendable {
        private let numbers = Mutex<[Int]>([])
        var all: [Int] { numbers.withLock(\.self) }
        func add(_ number: Int) { numbers.withLock { $0.append(number) } }
    }

    /// In which order followers get their turns that asked for them one after the other, each so far behind.
    private func order(_ behind: [Int64], of turn: FollowerTurn = FollowerTurn()) async -> [Int] {
        let order = Order()
        await turn.take()
        await withTaskGroup(of: Void.self) { group in
            for (number, behind) in behind.enumerated() {
                group.addTask {
                    await turn.take(behind: behind)
                    order.add(number)
                    await Task.yield()
                    // Nobody else came between.
                    #expect(order.all.last == number)
                    turn.pass()
                }
                while turn.waiters <= number { await Task.yield() }
            }
            turn.pass()
        }
        return order.all
    }

    @Test("one works at a time, and where none is further behind whoever waits longest is next")
    func oneAtATime() async {
        let turn = FollowerTurn()
        #expect(await order(Array(repeating: 0, count: 20), of: turn) == Array(0..<20))
        // It is free again.
        await turn.take()
        turn.pass()
    }

    @Test("every other turn is that of whoever is furthest behind")
    func furthestBehind() async { #expect(await order([0, 5, 900, 70]) == [2, 0, 3, 1]) }
}

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

    @Test("one works at a time, and whoever waits longest is next")
    func oneAtATime() async {
        let turn = FollowerTurn()
        let order = Order()
        await turn.take()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    await turn.take()
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
        #expect(order.all == Array(0..<20))
        // It is free again.
        await turn.take()
        turn.pass()
    }

    @Test("every other turn is that of whoever is furthest behind")
    func furthestBehind() async {
        let turn = FollowerTurn()
        let order = Order()
        await turn.take()
        await withTaskGroup(of: Void.self) { group in
            for (number, behind) in [0, 5, 900, 70].enumerated() {
                group.addTask {
                    await turn.take(behind: Int64(behind))
                    order.add(behind)
                    turn.pass()
                }
                while turn.waiters <= number { await Task.yield() }
            }
            turn.pass()
        }
        #expect(order.all == [900, 0, 70, 5])
    }
}

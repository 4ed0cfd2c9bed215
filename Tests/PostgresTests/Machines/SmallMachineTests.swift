import Testing

@testable import Postgres

@Suite("Queue, backoff, batches, statement names")
struct SmallMachineTests {
    @Test("the queue keeps order whatever is put before and removed between", arguments: 0..<20 as Range<UInt64>)
    func fifo(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var (queue, model) = (FIFO<Int>(), [Int]())
        for number in 0..<3000 {
            switch Int.random(in: 0..<8, using: &random) {
            case 0..<4:
                queue.append(number)
                model.append(number)
            case 4:
                queue.prepend(number)
                model.insert(number, at: 0)
            case 5 where !model.isEmpty:
                let victim = model[Int.random(in: 0..<model.count, using: &random)]
                let removed = queue.remove { $0 == victim }
                #expect(removed == victim)
                model.removeAll { $0 == victim }
            default:
                #expect(queue.popFirst() == (model.isEmpty ? nil : model.removeFirst()))
            }
            #expect(queue.count == model.count && queue.first == model.first)
        }
        #expect(queue.removeAll() == model && queue.isEmpty)
    }

    @Test("pauses double up to the limit, jittered, and start over after success")
    func backoff() {
        var random = SeededGenerator(seed: 3)
        var backoff = Backoff(minimum: .milliseconds(50), maximum: .seconds(1))
        for ceiling in [50, 100, 200, 400, 800, 1000, 1000] as [Int64] {
            let pause = backoff.next(using: &random)
            #expect((ceiling * 500_000...ceiling * 1_000_000).contains(pause), "\(ceiling)")
        }
        for _ in 0..<200 { _ = backoff.next(using: &random) }
        backoff.succeeded()
        #expect(backoff.next(using: &random) <= 50_000_000)
    }

    @Test("a duration beyond 64 bits of nanoseconds is clamped")
    func durations() {
        #expect(Duration.seconds(3).nanoseconds == 3_000_000_000)
        #expect(Duration.seconds(Int64.max).nanoseconds > 1 << 60)
        #expect(instant(.max - 1, plus: 5) == .max)
    }

    @Test("a batch takes what waits, at most its maximum, in order")
    func batches() {
        var queue = BatchQueue<Int>(limit: 5, maximumBatch: 2)
        for number in 0..<5 { #expect(queue.submit(number, id: UInt64(number)) == .accepted(wakesRunner: false)) }
        #expect(queue.submit(5, id: 5) == .full)
        #expect(queue.begin() && !queue.begin())
        #expect(queue.cancel(1) == 1 && queue.cancel(1) == nil)
        guard case .batch([0, 2]) = queue.take(), case .batch([3, 4]) = queue.take() else {
            return #expect(Bool(false))
        }
        guard case .wait = queue.take() else { return #expect(Bool(false)) }
        #expect(queue.isRunnerSleeping)
        #expect(queue.submit(6, id: 6) == .accepted(wakesRunner: true))
        #expect(queue.submit(7, id: 7) == .accepted(wakesRunner: false))
    }

    @Test("a batch takes as much as weighs no more than its maximum, and at least one")
    func weights() {
        var queue = BatchQueue<String>(limit: 20, maximumBatch: 8)
        for (id, weight) in [(1, 3), (2, 5), (3, 1), (4, 100), (5, 8)] as [(UInt64, Int)] {
            _ = queue.submit("\(weight)", id: id, weight: weight)
        }
        _ = queue.begin()
        var batches: [[String]] = []
        while case .batch(let batch) = queue.take() { batches.append(batch) }
        #expect(batches == [["3", "5"], ["1"], ["100"], ["8"]])
    }

    @Test("after shutdown a runner finishes what was taken; without one it is given back")
    func batchShutdown() {
        var queue = BatchQueue<Int>(limit: 5, maximumBatch: 2)
        _ = queue.begin()
        _ = queue.submit(1, id: 1)
        guard case .noted = queue.shutdown() else { return #expect(Bool(false)) }
        #expect(queue.submit(2, id: 2) == .closed)
        guard case .batch([1]) = queue.take(), case .finished = queue.take() else { return #expect(Bool(false)) }

        var orphaned = BatchQueue<Int>(limit: 5, maximumBatch: 2)
        _ = orphaned.submit(1, id: 1)
        guard case .orphans([1]) = orphaned.shutdown() else { return #expect(Bool(false)) }
        #expect(orphaned.begin() == false)

        var sleeping = BatchQueue<Int>(limit: 5, maximumBatch: 2)
        _ = sleeping.begin()
        _ = sleeping.take()
        guard case .wakesRunner = sleeping.shutdown(), case .finished = sleeping.take() else {
            return #expect(Bool(false))
        }
    }

    @Test("a forgotten statement gets a new name; an older name does not forget a newer one")
    func names() {
        var cache = StatementCache(limit: 2)
        let key = StatementCache.Key(sql: "a", types: [])
        #expect(cache.lookUp(key) == .fresh("t1") && cache.lookUp(key) == .prepared("t1"))
        cache.forget(key, name: "t1")
        #expect(cache.lookUp(key) == .fresh("t2"))
        cache.forget(key, name: "t1")
        #expect(cache.lookUp(key) == .prepared("t2"))
        #expect(cache.lookUp(.init(sql: "b", types: [])) == .fresh("t3"))
        #expect(cache.lookUp(.init(sql: "c", types: [])) == .full)
    }
}

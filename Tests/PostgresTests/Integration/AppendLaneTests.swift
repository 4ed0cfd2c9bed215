import Synchronization
import Testing

@testable import Postgres

@Suite("The append lane, against a server", .timeLimit(.minutes(2)))
struct AppendLaneTests {
    private typealias Lane = AppendLane<Int64, Int64>

    /// Inserts the numbers in one statement and answers with their doubles; 13 is refused.
    private func lane(_ client: PostgresClient, limit: Int = 10_000, batches: BatchLog = BatchLog()) -> Lane {
        Lane(client: client, queueLimit: limit, maximumBatch: 64) { numbers, lease in
            batches.add(numbers.count)
            do {
                _ = try await lease.query("INSERT INTO t SELECT unnest($1::int8[])", [.int8Array(numbers)])
                return numbers.map { $0 == 13 ? .failure(PostgresError(.server, "unlucky")) : .success($0 * 2) }
            } catch {
                return numbers.map { _ in .failure(error) }
            }
        }
    }

    private final class BatchLog: Sendable {
        private let sizes = Mutex<[Int]>([])
        func add(_ size: Int) { sizes.withLock { $0.append(size) } }
        var all: [Int] { sizes.withLock { $0 } }
    }

    @Test("what is submitted together is answered in order, over several batches, each with its own outcome")
    func together() async throws {
        try await withFreshClient { client in
            _ = try await client.query("CREATE TABLE t (id int8 GENERATED ALWAYS AS IDENTITY, n int8)")
            let lane = Lane(client: client, queueLimit: 1_000, maximumBatch: 64) { numbers, lease in
                let rows = try? await lease.query(
                    "INSERT INTO t (n) SELECT unnest($1::int8[]) RETURNING id", [.int8Array(numbers)])
                return numbers.indices.map { index in
                    numbers[index] == 13
                        ? .failure(PostgresError(.server, "unlucky"))
                        : .success(rows.flatMap { try? $0[index].int8(0) } ?? 0)
                }
            }
            async let running: Void = lane.run()
            let answers = await lane.submit(all: Array(1...200))
            lane.shutdown()
            await running
            let ids = answers.map { try? $0.get() }
            #expect(ids[12] == nil && ids.count == 200)
            #expect(ids.compactMap { $0 } == (1...200).filter { $0 != 13 })
            #expect(await lane.submit(all: [1, 2]).allSatisfy { (try? $0.get()) == nil })
        }
    }

    @Test("each request gets its own answer, and many share a batch")
    func batches() async throws {
        try await withFreshClient { client in
            _ = try await client.query("CREATE TABLE t (n int8)")
            let log = BatchLog()
            let lane = lane(client, batches: log)
            async let running: Void = lane.run()
            let answers = await withTaskGroup(of: (Int64, Int64?).self) { group in
                for number in 0..<2000 as Range<Int64> {
                    group.addTask { (number, try? await lane.submit(number)) }
                }
                return await group.reduce(into: [Int64: Int64?]()) { $0[$1.0] = $1.1 }
            }
            lane.shutdown()
            await running
            for number in 0..<2000 as Range<Int64> {
                #expect(answers[number] == .some(number == 13 ? nil : number * 2))
            }
            let count = try await client.query("SELECT count(*) FROM t")
            #expect(try count[0].int8(0) == 2000)
            #expect(log.all.reduce(0, +) == 2000 && log.all.allSatisfy { $0 <= 64 } && log.all.count < 1000)
        }
    }

    @Test("a full queue refuses at once; what waits is answered by shutdown")
    func fullAndOrphaned() async throws {
        try await withFreshClient { client in
            let lane = lane(client, limit: 2)
            async let first = failure { _ = try await lane.submit(1) }
            async let second = failure { _ = try await lane.submit(2) }
            try await eventually { lane.depth == 2 }
            let third = await failure { _ = try await lane.submit(3) }
            #expect(third?.code == .queueFull && third?.wasSent == false)
            lane.shutdown()
            let orphans = await [first, second]
            #expect(orphans.allSatisfy { $0?.code == .closed })
            #expect(await failure { _ = try await lane.submit(4) }?.code == .closed)
        }
    }

    @Test("a request cancelled while it waits is removed")
    func cancelled() async throws {
        try await withFreshClient { client in
            let lane = lane(client)
            let task = Task { await failure { _ = try await lane.submit(1) } }
            try await eventually { lane.depth == 1 }
            task.cancel()
            let error = await task.value
            #expect(error?.code == .cancelled && error?.wasSent == false)
            #expect(lane.depth == 0)
        }
    }

    @Test("cancelling run() still answers what was taken")
    func cancelledRun() async throws {
        try await withFreshClient { client in
            _ = try await client.query("CREATE TABLE t (n int8)")
            let lane = lane(client)
            let answers = Task {
                await withTaskGroup(of: Int64?.self) { group in
                    for number in 100..<200 as Range<Int64> { group.addTask { try? await lane.submit(number) } }
                    return await group.reduce(into: [Int64]()) { if let value = $1 { $0.append(value) } }
                }
            }
            try await eventually { lane.depth == 100 }
            let runner = Task { await lane.run() }
            runner.cancel()
            await runner.value
            #expect(await answers.value.count == 100)
        }
    }

    @Test("the lane goes on after its connection was killed")
    func killed() async throws {
        try await withFreshClient { client in
            _ = try await client.query("CREATE TABLE t (n int8)")
            let lane = lane(client)
            async let running: Void = lane.run()
            #expect(try await lane.submit(1) == 2)
            _ = try await client.query(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE 'INSERT%'
                """)
            // The first may still meet the dying connection; then it says so.
            var answer: Int64?
            try await eventually {
                answer = try? await lane.submit(2)
                return answer != nil
            }
            #expect(answer == 4)
            lane.shutdown()
            await running
        }
    }
}

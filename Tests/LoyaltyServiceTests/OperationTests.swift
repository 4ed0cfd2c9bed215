import EventLog
import Foundation
import Loyalty
import Postgres
import Projections
import Synchronization
import Testing
import Wire

@testable import LoyaltyService

@Suite("operations")
struct OperationTests {
    private func running(_ body: @Sendable (Shop, OperationRunner) async throws -> Void) async throws {
        try await Shop.with { shop async throws in
            async let run: Void = shop.service.operations.run()
            let result: Result<Void, any Error>
            do { result = .success(try await body(shop, shop.service.operations)) } catch { result = .failure(error) }
            shop.service.operations.shutdown()
            await run
            try result.get()
        }
    }

    /// Looks until the operation is over.
    private func end(of operation: OperationView, in shop: Shop) async throws -> OperationView {
        var now = operation
        while !now.isOver { now = try await shop.service.operation(operation.id) }
        return now
    }

    /// Begins as soon as the runner does.
    private func begun(
        _ body: () async throws(ServiceError) -> OperationView
    ) async throws -> OperationView {
        while true {
            do throws(ServiceError) { return try await body() } catch {
                guard error == .overloaded else { throw error }
            }
        }
    }

    @Test("a rebuild, a verification and a way back run to their ends and say what came of them")
    func toTheEnd() async throws {
        try await running { shop, _ async throws in
            _ = try await shop.somebody()
            let rebuilt = try await end(
                of: try await begun { () async throws(ServiceError) in
                    try await shop.service.rebuilding("account")
                }, in: shop)
            #expect(rebuilt.state == .succeeded)
            #expect(rebuilt.done == rebuilt.total)
            let result = try JSONReader.read(rebuilt.result ?? [])
            #expect(result["members"] == .integer(1))
            let verified = try await end(of: try await shop.service.verifying(), in: shop)
            #expect(try JSONReader.read(verified.result ?? [])["difference_count"] == .integer(0))
            let back = try await end(of: try await shop.service.goingBack("account"), in: shop)
            #expect(back.state == .succeeded)
            let log = try await end(of: try await shop.service.verifyingLog(), in: shop)
            #expect(try JSONReader.read(log.result ?? [])["clean"] == .bool(true))
            #expect(
                try await shop.service.recentOperations(limit: 3).map(\.kind) == [
                    "log.verify", "projection.rollback", "projection.verify",
                ])
        }
    }

    @Test("a repeat of what began something is given the first answer, and begins nothing; nor is the act noted twice")
    func replay() async throws {
        try await running { shop, _ async throws in
            _ = try await shop.somebody()
            let key = RequestKey(apiKey: UUID(), route: "POST /v1/projections/{name}/rebuild", text: "1")
            let first = try await begun { () async throws(ServiceError) in
                try await shop.service.rebuilding("account", key: key)
            }
            #expect(try await end(of: first, in: shop).state == .succeeded)
            let again = try await shop.service.rebuild(
                projection: "account", idempotencyKey: key, at: Shop.now
            ) { _ in KeptAnswer(status: 202, body: [1]) }
            #expect(again.isReplayed && again.body.isEmpty)
            #expect(try await shop.service.recentOperations(limit: 9).count == 1)
            let acts = try await shop.service.auditTrail(page: PageRequest(limit: 9, cursor: nil)).items
            #expect(acts.count { $0.act.action == "projection.rebuild" } == 1)
            let other = await #expect(throws: ServiceError.self) {
                try await shop.service.rebuilding("daily", key: key)
            }
            #expect(other == .idempotencyKeyReused)
        }
    }

    @Test("what fails says why, and nothing of the inside")
    func failed() async throws {
        try await running { shop, _ async throws in
            let back = try await end(
                of: try await begun { () async throws(ServiceError) in
                    try await shop.service.goingBack("account")
                }, in: shop)
            #expect(back.state == .failed)
            let detail = try JSONReader.read(back.result ?? [])["detail"]
            #expect(detail == .string("nothing is kept of account to go back to"))
        }
    }

    @Test("the same work is not begun twice, and only so much other work beside it")
    func bounded() async throws {
        try await running { shop, runner async throws in
            let forever: OperationRunner.Work = { _ in
                try await Task.sleep(for: .seconds(3_600))
                return []
            }
            func start(_ subject: String) async throws(ServiceError) -> OperationView {
                do { return try await runner.start("test", of: subject, forever) } catch {
                    throw error as? ServiceError ?? .overloaded
                }
            }
            let first = try await begun { () async throws(ServiceError) in try await start("0") }
            let again = await #expect(throws: ServiceError.self) { try await start("0") }
            #expect(again?.code == "operation_underway")
            #expect(again?.detail.contains(UUIDText.text(first.id)) == true)
            for number in 1..<OperationRunner.limit { _ = try await start("\(number)") }
            let tooMany = await #expect(throws: ServiceError.self) { try await start("one more") }
            #expect(tooMany?.status == 503)
        }
    }

    @Test("a server that stops cuts its work off and says so")
    func stop() async throws {
        try await Shop.with { shop async throws in
            let runner = shop.service.operations
            let run = Task { await runner.run() }
            let operation = try await begun { () async throws(ServiceError) in
                do {
                    return try await runner.start("test", of: "x") { tell in
                        await tell(FoldProgress(done: 7, total: 10))
                        try await Task.sleep(for: .seconds(3_600))
                        return []
                    }
                } catch { throw error as? ServiceError ?? .overloaded }
            }
            runner.shutdown()
            await run.value
            let end = try await shop.service.operation(operation.id)
            #expect(end.state == .interrupted)
            #expect(end.finishedAt != nil)
            await #expect(throws: ServiceError.overloaded) { try await shop.service.verifying() }
        }
    }

    @Test("work whose process has died is shown as such, and can be begun again")
    func dead() async throws {
        try await running { shop, runner async throws in
            let store = OperationStore(client: shop.client)
            let dead = try await store.begin(UUID(), kind: "projection.rebuild", subject: "account", atMost: 4)
            #expect(try await shop.service.operation(dead.id).state == .running)
            _ = try await shop.client.query("UPDATE treue.operation SET updated_at = now() - interval '1 minute'")
            #expect(try await shop.service.operation(dead.id).state == .interrupted)
            let next = try await begun { () async throws(ServiceError) in
                try await shop.service.rebuilding("account")
            }
            #expect(try await end(of: next, in: shop).state == .succeeded)
            let stored = try await shop.client.query(
                "SELECT state FROM treue.operation WHERE id = $1", [.uuid(dead.id)])
            #expect(try stored[0].text(0) == "interrupted")
        }
    }
}

extension LoyaltyService {
    typealias Told = @Sendable (OperationView) -> KeptAnswer

    /// The operation that something begins.
    fileprivate func begun(
        _ begin: (LoyaltyService, @escaping Told) async throws(ServiceError) -> KeptAnswer
    ) async throws(ServiceError) -> OperationView {
        let told = Mutex<OperationView?>(nil)
        _ = try await begin(self) { operation in
            told.withLock { $0 = operation }
            return KeptAnswer(status: 202, body: [])
        }
        guard let operation = told.withLock({ $0 }) else { throw .overloaded }
        return operation
    }

    fileprivate func rebuilding(
        _ name: String, key: RequestKey? = nil
    ) async throws(ServiceError) -> OperationView {
        try await begun { (service, told) async throws(ServiceError) in
            try await service.rebuild(projection: name, idempotencyKey: key, at: Shop.now, answer: told)
        }
    }

    fileprivate func goingBack(_ name: String) async throws(ServiceError) -> OperationView {
        try await begun { (service, told) async throws(ServiceError) in
            try await service.rollBack(projection: name, idempotencyKey: nil, at: Shop.now, answer: told)
        }
    }

    fileprivate func verifying() async throws(ServiceError) -> OperationView {
        try await begun { (service, told) async throws(ServiceError) in
            try await service.verifyProjections(idempotencyKey: nil, at: Shop.now, answer: told)
        }
    }

    fileprivate func verifyingLog() async throws(ServiceError) -> OperationView {
        try await begun { (service, told) async throws(ServiceError) in
            try await service.beginLogVerification(idempotencyKey: nil, at: Shop.now, answer: told)
        }
    }
}

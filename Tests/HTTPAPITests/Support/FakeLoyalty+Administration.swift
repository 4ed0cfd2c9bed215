import Foundation
import Projections
import Synchronization

@testable import EventLog
@testable import HTTPAPI
@testable import Loyalty
@testable import LoyaltyService
@testable import Wire

/// An administrator's desk at which everything works, a step at a look.
extension FakeLoyalty {
    static let operationID = UUID(uuidString: "01980000-0000-7000-8000-00000000000a")!

    static func operation(_ kind: String, state: OperationView.State = .running, done: Int64 = 25) -> OperationView {
        OperationView(
            id: operationID, kind: kind, subject: "account", state: state, done: done, total: 100, skipped: 0,
            startedAt: now, updatedAt: Instant(micros: now.micros + 5_000_000),
            finishedAt: state == .running ? nil : now,
            result: state == .running ? nil : Array(#"{"events":100,"members":3}"#.utf8))
    }

    func projections() async throws(ServiceError) -> [ProjectionStatus] {
        [
            ProjectionStatus(
                name: "account", version: 1, codeVersion: 1, state: "live", rows: 3,
                partitions: [.init(partition: 0, position: 100, head: 100)])
        ]
    }

    /// What an answer made of something is, replayed where the key came before.
    func once<Value>(
        _ key: RequestKey?, _ value: Value, _ answer: (Value) -> KeptAnswer
    ) -> KeptAnswer {
        var kept = answer(value)
        kept.isReplayed = isRepeat(key)
        return kept
    }

    /// Whether the key came before; from now on it did.
    func isRepeat(_ key: RequestKey?) -> Bool {
        state.withLock { state in
            guard let key else { return false }
            defer { state.idempotency.append(key) }
            return state.idempotency.contains(key)
        }
    }

    private func check(projection name: String) throws(ServiceError) {
        if !["account", "daily"].contains(name) {
            throw ServiceError(code: "projection_not_found", status: 404, title: "None", detail: "None.")
        }
    }

    func rebuild(
        projection name: String, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (OperationView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        try check(projection: name)
        return once(idempotencyKey, Self.operation("projection.rebuild"), answer)
    }

    func rollBack(
        projection name: String, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable (OperationView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        try check(projection: name)
        return once(idempotencyKey, Self.operation("projection.rollback"), answer)
    }

    func verifyProjections(
        idempotencyKey: RequestKey?, at now: Instant, answer: @Sendable (OperationView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        once(idempotencyKey, Self.operation("projection.verify"), answer)
    }

    func retry(
        projection name: String, partition: Int, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable ([ProjectionStatus]) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        try check(projection: name)
        if partition == 9 { throw ServiceError(code: "not_stopped", status: 409, title: "No", detail: "No.") }
        return once(idempotencyKey, try await projections(), answer)
    }

    func skip(
        projection name: String, _ body: SkipBody, idempotencyKey: RequestKey?, at now: Instant,
        answer: @Sendable ([ProjectionStatus]) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        try await retry(
            projection: name, partition: body.partition, idempotencyKey: idempotencyKey, at: now, answer: answer)
    }

    func report(_ request: ReportRequest, at now: Instant) async throws(ServiceError) -> ReportAnswer {
        state.withLock { $0.reports.append(request) }
        let day = CivilDate(year: 2026, month: 3, day: 1)
        let table = ReportTable(
            columns: ["period", "members"], rows: [[.text("2026-03"), .integer(7)], [.text("=a,\"b\""), .null]])
        return ReportAnswer(
            period: ReportPeriod(unit: request.unit, from: request.from ?? day, to: request.to ?? day),
            view: request.view, table: table)
    }

    func beginLogVerification(
        idempotencyKey: RequestKey?, at now: Instant, answer: @Sendable (OperationView) -> KeptAnswer
    ) async throws(ServiceError) -> KeptAnswer {
        once(idempotencyKey, Self.operation("log.verify"), answer)
    }

    func verifyLog() async throws(ServiceError) -> LogVerification {
        await gate?.pass()
        return LogVerification(
            events: 7,
            findings: [LogFinding(partition: 3, position: 5, kind: .gap, detail: "position 5 is missing")])
    }

    func checkpoint(at now: Instant) async throws(ServiceError) -> SignedCheckpoint {
        let head = LogHead(partition: 0, position: 5, hash: [0xAB])
        let checkpoint = LogCheckpoint(log: Self.operationID, takenAtMicros: now.micros, heads: [head])
        return SignedCheckpoint(checkpoint: checkpoint, publicKey: [1], signature: [2])
    }

    /// Through at the third look.
    func operation(_ id: UUID) async throws(ServiceError) -> OperationView {
        guard id == Self.operationID else {
            throw ServiceError(code: "operation_not_found", status: 404, title: "None", detail: "None.")
        }
        let looks = state.withLock { state in
            state.looks += 1
            return state.looks
        }
        return looks < 3
            ? Self.operation("projection.rebuild", done: Int64(25 * looks))
            : Self.operation("projection.rebuild", state: .succeeded, done: 100)
    }

    func recentOperations(limit: Int) async throws(ServiceError) -> [OperationView] {
        [Self.operation("projection.rebuild")]
    }
}

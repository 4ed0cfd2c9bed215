import Foundation
import Projections
import Synchronization

@testable import EventLog
@testable import HTTPAPI
@testable import Loyalty
@testable import LoyaltyService

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

    func balance(of member: UUID, at now: Instant, clocks: Clocks) async throws(ServiceError) -> BalanceView {
        state.withLock { $0.clocks.append(clocks) }
        return try await balance(of: member, at: now, asOf: clocks.asOf)
    }

    func entries(
        of member: UUID, at now: Instant, clocks: Clocks, page: PageRequest
    ) async throws(ServiceError) -> Page<EntryView> {
        state.withLock { $0.clocks.append(clocks) }
        return try await entries(of: member, at: now, page: page)
    }

    func projections() async throws(ServiceError) -> [ProjectionStatus] {
        [
            ProjectionStatus(
                name: "account", version: 1, codeVersion: 1, state: "live", rows: 3,
                partitions: [.init(partition: 0, position: 100, head: 100)])
        ]
    }

    func rebuild(projection name: String) async throws(ServiceError) -> OperationView {
        guard name == "account" else {
            throw ServiceError(code: "projection_not_found", status: 404, title: "None", detail: "None.")
        }
        return Self.operation("projection.rebuild")
    }

    func rollBack(projection name: String) async throws(ServiceError) -> OperationView {
        Self.operation("projection.rollback")
    }

    func verifyProjections() async throws(ServiceError) -> OperationView { Self.operation("projection.verify") }

    func retry(projection name: String, partition: Int) async throws(ServiceError) {
        if partition == 9 { throw ServiceError(code: "not_stopped", status: 409, title: "No", detail: "No.") }
    }

    func skip(
        projection name: String, partition: Int, position: Int64, reason: String, at now: Instant
    ) async throws(ServiceError) {
        try await retry(projection: name, partition: partition)
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

    func beginLogVerification() async throws(ServiceError) -> OperationView { Self.operation("log.verify") }

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

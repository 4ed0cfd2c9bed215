import EventLog
import Foundation
import Loyalty
import Postgres
import Wire

/// Decides commands and appends them: whatever waits goes into one transaction. Other lanes and processes may write the same
/// members, and whoever loses the race decides again.
final class Lane: Sendable {
    let log: EventLog
    let means: Plan.Means
    let clock: @Sendable () -> Instant
    /// Where those who follow the log in this process find what was just recorded.
    /// nil where nobody in this process follows the log.
    private let window: EventWindow?
    let memory: LaneMemory
    private let figures: LaneFigures

    init(
        log: EventLog, means: Plan.Means, window: EventWindow?, memory: LaneMemory, figures: LaneFigures,
        clock: @escaping @Sendable () -> Instant
    ) {
        (self.log, self.means, self.window, self.memory) = (log, means, window, memory)
        (self.figures, self.clock) = (figures, clock)
    }

    /// Deals with all that waited: answers each request, in order. What comes together stays in order and is decided
    /// together; more than fits into one transaction goes into several.
    func process(
        _ bundles: [[LaneRequest]], on lease: PostgresLease
    ) async -> [Result<[Result<LaneReply, any Error>], any Error>] {
        let requests = bundles.flatMap(\.self)
        var replies: [Result<LaneReply, any Error>] = []
        while replies.count < requests.count {
            replies += await decide(Array(requests[replies.count...].prefix(Lane.mostRequests)), on: lease)
        }
        var taken = 0
        return bundles.map { bundle in
            defer { taken += bundle.count }
            return .success(Array(replies[taken..<taken + bundle.count]))
        }
    }

    /// Requests in one transaction at most.
    static let mostRequests = 512

    private func decide(_ requests: [LaneRequest], on lease: PostgresLease) async -> [Result<LaneReply, any Error>] {
        var batch = LaneBatch(requests)
        do {
            for round in 0..<Lane.mostRounds where !batch.isDone {
                if batch.timesOvertaken < Lane.mostTimesOvertaken, !batch.drawsOnBudgets {
                    try await run(&batch, round: round, isAlone: false, on: lease)
                } else {
                    try await runAlone(&batch, round: round, on: lease)
                }
                publish(&batch)
            }
        } catch {
            batch.failRest(with: error)
        }
        batch.failRest(with: ServiceError.contended)
        return batch.answers
    }

    /// Hands what is committed to those who follow, and to the next batch.
    private func publish(_ batch: inout LaneBatch) {
        for (partition, events) in batch.recorded { window?.append(events, of: partition) }
        memory.keep(batch.settled, of: batch.generation)
        (batch.recorded, batch.settled) = ([:], [:])
    }

    /// How often a batch is decided again, before its rest is told to come back.
    static let mostRounds = 16
    /// How often others may be faster before the batch takes the partitions' locks first: a server that has just
    /// written a member need not read it, and would win every race.
    static let mostTimesOvertaken = 2

    /// Decides what is left while nobody else can write these members, or draw on the budgets that they draw on.
    private func runAlone(_ batch: inout LaneBatch, round: Int, on lease: PostgresLease) async throws {
        let members = batch.openMembers
        // Nothing that is decided here stands before the transaction is committed.
        var attempt = batch
        attempt.forgetMembers()
        attempt.budgets = [:]
        memory.forget(members)
        do {
            try await lease.transaction {
                try await log.lockHeads(of: members, on: lease)
                try await run(&attempt, round: round, isAlone: true, on: lease)
            }
            batch = attempt
        } catch let error as PostgresError where error.isLostRace {
            memory.forget(members)
        } catch {
            memory.forget(members)
            throw error
        }
    }

    /// Decides what is left and appends it. The first round trusts that keys are new; later ones look.
    ///
    /// - Parameter isAlone: whether a transaction holds the members, so that budgets may be locked. Else a batch that draws
    ///   on one is left for such a round.
    private func run(
        _ batch: inout LaneBatch, round: Int, isAlone: Bool, on lease: PostgresLease
    ) async throws {
        try await begin(&batch, on: lease)
        try await loadMembers(&batch, remembered: !isAlone, on: lease)
        if round > 0 { try await answerRepeats(&batch, on: lease) }
        var keysAreKnown = round > 0
        var plans = batch.decide(with: means, at: clock(), final: keysAreKnown)
        while !batch.needs.isEmpty {
            // What looks late is often a repeat; an index tells sooner than a whole history.
            if !keysAreKnown { try await answerRepeats(&batch, on: lease) }
            keysAreKnown = true
            if !isAlone, batch.needsBudgets { return batch.waitForBudgets() }
            try await loadNeeds(&batch, on: lease)
            // What was loaded may tell of the very request that this one repeats: then its key is there by now.
            try await answerRepeats(&batch, on: lease)
            plans = batch.decide(with: means, at: clock(), final: keysAreKnown)
        }
        // A refusal that rests on what was only remembered is decided again, on what is read.
        defer {
            memory.forget(Array(batch.doubtful))
            for id in batch.doubtful {
                batch.forget(id)
                batch.settled[id] = nil
            }
        }
        guard !plans.isEmpty else { return }
        let drawn = Set(plans.flatMap { $0.draws.keys })
        if !isAlone, !drawn.isEmpty { return batch.waitForBudgets() }
        // What only puts back has not asked how much is gone.
        if !drawn.isEmpty { _ = try await BudgetBook.lock(drawn, on: lease) }
        do throws(PostgresError) {
            let recordedAt = clock().micros
            let outcomes = try await log.append(
                plans.map { $0.append }, recordedAtMicros: recordedAt, accountGeneration: batch.generation, on: lease)
            for (plan, outcome) in zip(plans, outcomes) {
                settle(plan, outcome, &batch)
                guard window != nil, case .appended(let partition, let first, _) = outcome else { continue }
                batch.recorded[partition, default: []] += plan.recorded(
                    in: partition, from: first, atMicros: recordedAt)
            }
            try await BudgetBook.draw(appended(plans, outcomes), on: lease)
        } catch {
            if error.accountWasReplaced {
                memory.forgetAll(of: batch.generation)
                return batch.forgetMembers()
            }
            // Whether it was committed is unknown: nothing that was decided may be built upon.
            memory.forget(plans.map(\.memberID))
            throw error
        }
    }

    /// What the plans that are in the log have drawn.
    private func appended(_ plans: [Plan], _ outcomes: [AppendOutcome]) -> [Budget: Int64] {
        var draws: [Budget: Int64] = [:]
        for case (let plan, .appended) in zip(plans, outcomes) {
            draws.merge(plan.draws) { $0 + $1 }
        }
        return draws
    }

    private func settle(_ plan: Plan, _ outcome: AppendOutcome, _ batch: inout LaneBatch) {
        switch outcome {
        case .appended:
            batch.settled[plan.memberID] = plan.member
            batch.answer(plan)
        case .refused(.invalid(let reason)):
            batch.fail(plan, with: ServiceError.internalFault(reason))
        case .refused(.version):
            memory.forget([plan.memberID])
            batch.forget(plan.memberID)
            batch.timesOvertaken += 1
            figures.noteOvertaken()
        case .refused(.key):
            // What is remembered may be stale, too: an erased member's repeats are answered as such, not from the log.
            memory.forget([plan.memberID])
            batch.forget(plan.memberID)
        case .refused(.subject):
            batch.lookUpOrders(of: plan.memberID)
        }
    }
}

extension EventLog {
    /// Keeps others from writing these streams until the transaction ends.
    func lockHeads(of streams: [UUID], on lease: PostgresLease) async throws(PostgresError) {
        let partitions = Set(streams.map { Int32(truncatingIfNeeded: partition(of: $0)) })
        _ = try await lease.query(
            "SELECT position FROM treue.head WHERE partition = ANY ($1) ORDER BY partition FOR UPDATE",
            [.int4Array(partitions.sorted())])
    }
}

extension PostgresError {
    /// The transaction was rolled back because somebody else wrote the same: as good as another round.
    var isLostRace: Bool { ["23505", "25P02", "40001", "40P01"].contains(sqlState) }
}

import Wire
import EventLog
import Foundation
import Loyalty
import Postgres
import Synchronization

/// Decides commands and appends them: whatever waits goes into one transaction. The only writer of members' streams in
/// this process; other processes may write them too, and whoever loses the race decides again.
final class Lane: Sendable {
    let log: EventLog
    let programme: Programme
    let clock: @Sendable () -> Instant
    /// Only ever touched by the batch under way; the lock satisfies the compiler, nobody waits for it.
    private let cache: Mutex<MemberCache>

    init(log: EventLog, programme: Programme, cachedMembers: Int, clock: @escaping @Sendable () -> Instant) {
        (self.log, self.programme, self.clock) = (log, programme, clock)
        cache = Mutex(MemberCache(capacity: cachedMembers))
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
                try await run(&batch, round: round, on: lease)
            }
        } catch {
            batch.failRest(with: error)
        }
        batch.failRest(with: ServiceError.contended)
        return batch.answers
    }

    /// How often a batch is decided again because others were faster, before its rest is told to come back.
    static let mostRounds = 12

    /// Decides what is left and appends it. The first round trusts that keys are new; later ones look.
    private func run(_ batch: inout LaneBatch, round: Int, on lease: PostgresLease) async throws {
        if round > 0 { try await answerRepeats(&batch, on: lease) }
        try await loadMembers(&batch, on: lease)
        var keysAreKnown = round > 0
        var plans = batch.decide(under: programme, final: keysAreKnown)
        while !batch.needs.isEmpty {
            // What looks late is often a repeat; an index tells sooner than a whole history.
            if !keysAreKnown { try await answerRepeats(&batch, on: lease) }
            keysAreKnown = true
            try await loadNeeds(&batch, on: lease)
            plans = batch.decide(under: programme, final: keysAreKnown)
        }
        guard !plans.isEmpty else { return }
        let recordedAt = clock()
        do {
            let outcomes = try await log.append(
                plans.map(\.append), recordedAtMicros: recordedAt.micros, on: lease)
            for (plan, outcome) in zip(plans, outcomes) { settle(plan, outcome, &batch) }
        } catch {
            // Whether it was committed is unknown: nothing that was decided may be built upon.
            cache.withLock { cache in plans.forEach { cache[$0.memberID] = nil } }
            throw error
        }
    }

    private func settle(_ plan: Plan, _ outcome: AppendOutcome, _ batch: inout LaneBatch) {
        switch outcome {
        case .appended:
            cache.withLock { $0[plan.memberID] = plan.member }
            batch.answer(plan)
        case .refused(.invalid(let reason)):
            batch.fail(plan, with: ServiceError.internalFault(reason))
        case .refused(.version):
            cache.withLock { $0[plan.memberID] = nil }
            batch.forget(plan.memberID)
        case .refused(.key):
            batch.forget(plan.memberID)
        case .refused(.subject):
            batch.lookUpOrders(of: plan.memberID)
        }
    }

    private func loadMembers(_ batch: inout LaneBatch, on lease: PostgresLease) async throws {
        let wanted = batch.openMembers
        var missing: [UUID] = []
        cache.withLock { cache in
            for id in wanted {
                if let known = cache[id] { batch.members[id] = known } else { missing.append(id) }
            }
        }
        guard !missing.isEmpty else { return }
        for row in try await log.accounts(of: missing, on: lease) {
            let known = KnownMember(version: row.version, state: try StateCodec.decode(row.state))
            batch.members[row.member] = known
            cache.withLock { $0[row.member] = known }
        }
    }

    private func loadNeeds(_ batch: inout LaneBatch, on lease: PostgresLease) async throws {
        for (member, needs) in batch.needs where batch.isOpen(member) {
            for need in needs {
                switch need {
                case .order(let order):
                    let events = try await log.events(of: member, subject: order.subject, on: lease)
                    batch.groups[member]?.orders[order] = try events.map { try DatedEvent($0) }
                case .history:
                    batch.groups[member]?.history = try await log.history(of: member, on: lease)
                }
            }
        }
        batch.needs = [:]
    }

    /// Answers requests whose key is in the log: with the first answer where the content is the same.
    private func answerRepeats(_ batch: inout LaneBatch, on lease: PostgresLease) async throws {
        let open = batch.open.filter { batch.requests[$0].key != nil }
        let known = try await log.events(byKeys: open.compactMap { batch.requests[$0].key }, on: lease)
        for index in open {
            guard let key = batch.requests[index].key, let first = known[key] else { continue }
            batch.results[index] = try await repeated(batch.requests[index], of: first, on: lease)
        }
    }

    private func repeated(
        _ request: LaneRequest, of first: RecordedEvent, on lease: PostgresLease
    ) async throws -> Result<LaneReply, any Error> {
        guard case .event(let event, _) = request.work, first.contentHash == event.contentHash(memberID: request.memberID)
        else { return .failure(ServiceError.eventConflict) }
        return .success(.recorded(try await log.firstAnswer(of: first, on: lease)))
    }
}

import EventLog
import Foundation
import Loyalty
import Postgres
import Projections
import Wire

/// What a batch looks up, for all its members at once.
extension Lane {
    /// Finds out which account table the members in memory are from. Read before them: an append that names an old one is
    /// refused. What an earlier round had read from another table is forgotten.
    func begin(_ batch: inout LaneBatch, on lease: PostgresLease) async throws {
        var generation = memory.generation
        if generation == nil {
            let found = try await log.accountGeneration(on: lease)
            memory.begin(found)
            generation = found
        }
        if let known = batch.generation, known != generation { batch.forgetMembers() }
        batch.generation = generation
    }

    /// - Parameter remembered: whether members in memory are good enough; whoever holds them reads them.
    func loadMembers(_ batch: inout LaneBatch, remembered: Bool, on lease: PostgresLease) async throws {
        let wanted = batch.openMembers.filter { batch.members[$0] == nil }
        if remembered { batch.members.merge(memory.members(wanted)) { $1 } }
        let missing = wanted.filter { batch.members[$0] == nil }
        var read: [UUID: KnownMember] = [:]
        defer { batch.refuseErased() }
        for row in try await log.accounts(of: missing, on: lease) {
            do throws(CodecError) {
                let known = KnownMember(version: row.version, state: try StateCodec.decode(row.state))
                batch.members[row.member] = known
                batch.fresh.insert(row.member)
                read[row.member] = known
            } catch {
                // One row that cannot be read is that member's trouble alone.
                batch.fail(row.member, with: ServiceError.internalFault("account of \(row.member): \(error)"))
            }
        }
        memory.keep(read, of: batch.generation)
    }

    func loadNeeds(_ batch: inout LaneBatch, on lease: PostgresLease) async throws {
        let needs = batch.needs.filter { batch.isOpen($0.key) }
        batch.needs = [:]
        try await loadSubjects(needs, &batch, on: lease)
        try await loadBudgets(needs, &batch, on: lease)
        for (member, wanted) in needs where wanted.contains(.history) {
            do {
                batch.groups[member]?.history = try await log.history(of: member, on: lease)
            } catch let error as CodecError {
                batch.fail(member, with: ServiceError.internalFault("events of \(member): \(error)"))
            }
        }
    }

    private func loadBudgets(
        _ needs: [UUID: Set<Need>], _ batch: inout LaneBatch, on lease: PostgresLease
    ) async throws {
        var wanted: Set<Budget> = []
        for case .budgets(let budgets) in needs.values.joined() { wanted.formUnion(budgets) }
        guard !wanted.isEmpty else { return }
        batch.budgets.merge(try await BudgetBook.lock(wanted, on: lease)) { $1 }
    }

    private func loadSubjects(
        _ needs: [UUID: Set<Need>], _ batch: inout LaneBatch, on lease: PostgresLease
    ) async throws {
        var wanted: [StreamSubject] = []
        for (member, needs) in needs {
            for case .subject(let subject) in needs {
                batch.groups[member]?.subjects[subject] = []
                for stream in [member] + batch.absorbed(by: member) {
                    wanted.append(StreamSubject(stream: stream, subject: subject.digest))
                }
            }
        }
        for (stream, events) in try await log.events(about: wanted, on: lease) {
            let owners = needs.keys.filter { $0 == stream || batch.absorbed(by: $0).contains(stream) }
            for owner in owners {
                do throws(CodecError) {
                    for event in events {
                        let dated = try DatedEvent(event)
                        guard let subject = dated.event.subject else { continue }
                        batch.groups[owner]?.subjects[subject]?.append(dated)
                    }
                } catch {
                    batch.fail(owner, with: ServiceError.internalFault("events of \(owner): \(error)"))
                }
            }
        }
    }

    /// Answers requests whose key is in the log: with the first answer where the content is the same.
    func answerRepeats(_ batch: inout LaneBatch, on lease: PostgresLease) async throws {
        let open = batch.open.filter { batch.requests[$0].key != nil }
        let known = try await log.events(byKeys: Array(Set(open.compactMap { batch.requests[$0].key })), on: lease)
        var repeats: [(index: Int, first: RecordedEvent)] = []
        for index in open {
            guard let key = batch.requests[index].key, let first = known[key] else { continue }
            let request = batch.requests[index]
            let isOwn = batch.absorbed(by: request.memberID).contains(first.stream)
            guard request.isRepeat(of: first, for: isOwn ? first.stream : request.memberID) else {
                batch.results[index] = .failure(batch.requests[index].reuseError)
                continue
            }
            switch batch.requests[index].work {
            case .enrolment: batch.results[index] = .success(.enrolled(first.stream, isReplayed: true))
            case .event: repeats.append((index, first))
            case .command: try await answer(index, as: first, &batch, on: lease)
            }
        }
        try await answer(repeats, &batch, on: lease)
    }

    /// What was answered when the command was new, put together again from its event and those that followed from it.
    private func answer(
        _ index: Int, as first: RecordedEvent, _ batch: inout LaneBatch, on lease: PostgresLease
    ) async throws {
        guard let member = batch.members[first.stream] ?? batch.members[batch.requests[index].memberID] else { return }
        let followers = Metadata.followers(in: first.metadata)
        let span = StreamSpan(stream: first.stream, after: first.version, count: followers)
        let behind = followers > 0 ? try await log.events(in: [span], on: lease)[first.stream] ?? [] : []
        batch.results[index] = Result {
            let events = try ([first] + behind).map { (dated: try DatedEvent($0), version: $0.version) }
            return .decided(
                CommandReply(memberID: first.stream, events: events, state: member.state, isReplayed: true))
        }
    }

    /// What the checkout was told when each event was new: by one query, however many there are.
    private func answer(
        _ repeats: [(index: Int, first: RecordedEvent)], _ batch: inout LaneBatch, on lease: PostgresLease
    ) async throws {
        var answers: [(index: Int, answer: FirstAnswer)] = []
        for (index, first) in repeats {
            do {
                answers.append((index, try FirstAnswer(first)))
            } catch {
                batch.results[index] = .failure(ServiceError.internalFault("\(error)"))
            }
        }
        let followers = try await log.events(in: Set(answers.compactMap(\.answer.followers)), on: lease)
        for (index, answer) in answers {
            let stream = answer.first.stream
            guard let member = batch.members[batch.requests[index].memberID]?.state else {
                batch.results[index] = .failure(ServiceError.internalFault("no account of \(stream)"))
                continue
            }
            batch.results[index] = Result {
                .recorded(
                    try answer.reply(
                        with: followers[stream] ?? [], for: member, under: means.programmes[member.programme]))
            }
        }
    }
}

import EventLog
import Foundation
import Loyalty
import Postgres
import Wire

/// One way through the log, member by member.
struct SimulationPass {
    private let simulation: HistorySimulation
    private let rules: Programme
    private let until: Instant
    private let total: Int64
    private let progress: @Sendable (FoldProgress) async -> Void
    private(set) var report: SimulationReport
    private var links: [LifeLink: LifeLink.Value] = [:]
    /// What ``links`` weigh.
    private var weight = 0
    /// Members who wait for another's life.
    private var waiting: [(member: UUID, link: LifeLink)] = []
    /// Nothing more will become known of other lives.
    private var isClosed = false
    private var done: Int64 = 0

    init(
        _ simulation: HistorySimulation, now: Instant, total: Int64,
        _ progress: @escaping @Sendable (FoldProgress) async -> Void
    ) {
        (self.simulation, self.total, self.progress) = (simulation, total, progress)
        let (live, order) = (simulation.live, simulation.order)
        rules = live.followed(by: order.draft, from: order.from.map(live.zone.start))
        let today = live.zone.date(of: now)
        let last = min(order.to ?? today, today)
        until = last < today ? Instant(micros: live.zone.start(of: last.adding(days: 1)).micros - 1) : now
        report = SimulationReport(programme: live.id, from: order.from, to: last, top: order.top)
    }

    /// All members of a partition whose lives ask for nobody else's.
    mutating func go(through head: LogHead, _ onMember: (MemberComparison) -> Void) async throws {
        let before = done
        var after = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        while head.position > 0 {
            let members = try await simulation.log.members(
                of: head.partition, after: after, limit: simulation.bounds.members, on: simulation.client)
            for batch in batches(of: members) { try await live(batch, in: head, onMember) }
            guard members.count == simulation.bounds.members, let last = members.last else { break }
            after = last.stream
        }
        // Streams that are no member's, and members of other programmes, are passed over.
        done = before + head.position
        await progress(FoldProgress(done: done, total: total))
    }

    /// Members who had to wait, until nobody waits for anybody who could still say something.
    mutating func settle(_ heads: [LogHead], _ onMember: (MemberComparison) -> Void) async throws {
        let positions = Dictionary(heads.map { ($0.partition, $0) }) { first, _ in first }
        while !waiting.isEmpty {
            let round = waiting
            waiting = []
            let ready = round.filter { isClosed || links[$0.link] != nil }
            if ready.isEmpty { isClosed = true }
            waiting = ready.isEmpty ? round : round.filter { links[$0.link] == nil && !isClosed }
            for (member, _) in ready {
                guard let head = positions[simulation.log.partition(of: member)] else { continue }
                try await live([StreamLength(stream: member, version: .max)], in: head, onMember)
            }
        }
    }

    /// As many members at once as their events allow.
    private func batches(of members: [StreamLength]) -> [[StreamLength]] {
        var (batches, batch, events) = ([[StreamLength]](), [StreamLength](), Int64(0))
        for member in members {
            let length = min(max(0, member.version), simulation.bounds.events)
            if !batch.isEmpty, events + length > simulation.bounds.events {
                batches.append(batch)
                (batch, events) = ([], 0)
            }
            batch.append(member)
            events += length
        }
        return batch.isEmpty ? batches : batches + [batch]
    }

    private mutating func live(
        _ batch: [StreamLength], in head: LogHead, _ onMember: (MemberComparison) -> Void
    ) async throws {
        let clock = ContinuousClock()
        var bite = clock.now
        let limit = Int(simulation.bounds.events)
        let streams = batch.map(\.stream)
        var pages = try await read(streams, after: 0, in: head)
        for stream in streams {
            var run = MemberRun(stream, live: simulation.live, under: rules, until: until)
            var version: Int64 = 0
            var page = pages.removeValue(forKey: stream) ?? []
            var isGoing = true
            while isGoing, !page.isEmpty {
                isGoing = try await feed(page, to: &run)
                version = page.last?.version ?? version
                guard isGoing, page.count == limit else { break }
                try await simulation.pace.rest(after: clock.now - bite)
                bite = clock.now
                page = try await read([stream], after: version, in: head)[stream] ?? []
            }
            keep(run.simulation.links)
            if isGoing, version > 0 { end(&run, onMember) }
        }
        await progress(FoldProgress(done: min(done, total), total: total))
        try await simulation.pace.rest(after: clock.now - bite)
    }

    private func read(_ streams: [UUID], after version: Int64, in head: LogHead) async throws -> [UUID: [RecordedEvent]]
    {
        try await simulation.log.contents(
            of: streams, in: head.partition, after: version, upTo: head.position,
            limit: Int(simulation.bounds.events), on: simulation.client)
    }

    /// Answers whether the member can go on.
    private mutating func feed(_ page: [RecordedEvent], to run: inout MemberRun) async throws -> Bool {
        for (count, event) in page.enumerated() {
            if count % simulation.bounds.slice == simulation.bounds.slice - 1 { await Task.yield() }
            do {
                try run.feed(event) { link in links[link] ?? (isClosed ? .asRecorded : nil) }
                done += 1
            } catch MemberSimulation.Stop.waits(let link) {
                waiting.append((run.member, link))
                return false
            } catch {
                report.note(fault: "\(error)", of: run.member, version: event.version)
                return false
            }
        }
        return true
    }

    private mutating func end(_ run: inout MemberRun, _ onMember: (MemberComparison) -> Void) {
        do {
            guard let comparison = try run.finish() else { return }
            try report.add(comparison)
            onMember(comparison)
        } catch {
            report.note(fault: "\(error)", of: run.member, version: nil)
        }
    }

    /// Of what is said twice the same is said: a life that had to wait says it again.
    private mutating func keep(_ new: [LifeLink: LifeLink.Value]) {
        for (link, value) in new where links[link] == nil {
            let more = value.weight
            guard weight + more <= simulation.bounds.links else { continue }
            weight += more
            links[link] = value
        }
    }
}

extension LifeLink.Value {
    fileprivate var weight: Int {
        switch self {
        case .life(let life): 1 + life.events.values.reduce(0) { $0 + $1.count }
        case .points, .boughtAt, .nothing, .asRecorded: 1
        }
    }
}

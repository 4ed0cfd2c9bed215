public import EventLog
public import Loyalty
public import Postgres

/// What is asked of a simulation.
public struct SimulationOrder: Sendable, Hashable {
    public var draft: Programme
    /// The first day on which the draft holds; nil where it held always.
    public var from: CivilDate?
    /// The last day; nil for today.
    public var to: CivilDate?
    /// How many members who win most, and who lose most, are named.
    public var top: Int

    public static let mostNamed = 10_000

    public init(draft: Programme, from: CivilDate? = nil, to: CivilDate? = nil, top: Int = 10) {
        (self.draft, self.from, self.to) = (draft, from, to)
        self.top = min(SimulationOrder.mostNamed, max(0, top))
    }
}

/// Why there is nothing to simulate.
public enum SimulationFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The draft is another programme's.
    case otherProgramme(String)
    /// Time zone or currencies are not the programme's.
    case otherFrame
    case endsBeforeItBegins

    public var description: String {
        switch self {
        case .otherProgramme(let id): "the draft's id is \(id), not that of the programme"
        case .otherFrame: "time zone and currencies of a published programme cannot change"
        case .endsBeforeItBegins: "`to` lies before `from`"
        }
    }
}

/// Judges history by a draft: every member's recorded life is lived again under other rules, member by member, and nothing
/// is written. The log is read up to where it stood at the beginning; what is appended meanwhile does not count.
public struct HistorySimulation: Sendable {
    let client: PostgresClient
    let log: EventLog
    /// As it is published.
    let live: Programme
    let order: SimulationOrder
    let pace: SimulationPace
    let bounds: SimulationBounds

    /// - Throws: ``SimulationFault``.
    public init(
        client: PostgresClient, log: EventLog, live: Programme, order: SimulationOrder, pace: SimulationPace
    ) throws(SimulationFault) {
        try self.init(
            client: client, log: log, live: live, order: order, pace: pace, bounds: SimulationBounds())
    }

    init(
        client: PostgresClient, log: EventLog, live: Programme, order: SimulationOrder, pace: SimulationPace,
        bounds: SimulationBounds
    ) throws(SimulationFault) {
        guard order.draft.id == live.id else { throw .otherProgramme(order.draft.id) }
        guard order.draft.zone.name == live.zone.name, order.draft.currencies == live.currencies else {
            throw .otherFrame
        }
        if let from = order.from, let to = order.to, to < from { throw .endsBeforeItBegins }
        (self.client, self.log, self.live, self.order) = (client, log, live, order)
        (self.pace, self.bounds) = (pace, bounds)
    }

    /// Runs to the end.
    ///
    /// - Parameters:
    ///   - now: business time ends here at the latest.
    ///   - onMember: told of each member on both sides.
    public func run(
        now: Instant, progress: @escaping @Sendable (FoldProgress) async -> Void = { _ in },
        onMember: (MemberComparison) -> Void = { _ in }
    ) async throws -> SimulationReport {
        let heads = try await log.heads(on: client)
        let total = heads.reduce(0) { $0 + $1.position }
        await progress(FoldProgress(done: 0, total: total))
        var pass = SimulationPass(self, now: now, total: total, progress)
        for head in heads { try await pass.go(through: head, onMember) }
        try await pass.settle(heads, onMember)
        return pass.report
    }
}

/// How much a simulation holds in memory.
struct SimulationBounds: Sendable {
    /// Members looked up at once.
    var members = 500
    /// Events read at once; a member may have more, and is read in so many steps.
    var events: Int64 = 4_096
    /// Events after which others are let in.
    var slice = 256
    /// What is kept of lives for other lives: transfers, and events of members who were merged.
    var links = 500_000
}

import EventLog
import Foundation
import Loyalty
import Wire

/// A batch on its way: what was asked, what has been answered, and what has been looked up for the rest.
struct LaneBatch {
    /// The requests for one member, in order.
    struct Group {
        var indices: [Int] = []
        /// Subjects looked up in the log.
        var subjects: [Subject: [DatedEvent]] = [:]
        /// The member's events, where an event is late.
        var history: [DatedEvent]?
        /// Set where the log refused a purchase whose order it knows: orders are looked up from then on.
        var looksUpOrders = false
    }

    let requests: [LaneRequest]
    var results: [Result<LaneReply, any Error>?]
    var groups: [UUID: Group] = [:]
    /// Members in the order of their first request, so that the same batch is decided in the same order.
    private let order: [UUID]
    var members: [UUID: KnownMember] = [:]
    var needs: [UUID: Set<Need>] = [:]
    /// Members whose state was read, or written, by this very batch: what is refused on it is refused.
    var fresh: Set<UUID> = []
    /// Members whose remembered state led to a refusal: perhaps another lane or process has written since.
    private(set) var doubtful: Set<UUID> = []
    /// How often another lane or process was faster.
    var timesOvertaken = 0
    /// Whether something in it takes from a budget, or puts back.
    var drawsOnBudgets = false
    /// What is gone of budgets, as locked by the transaction that decides.
    var budgets: [Budget: Int64] = [:]

    /// Which account table its members were read from; nil before the first round.
    var generation: Int64?
    /// What it has recorded and not yet handed on, by partition.
    var recorded: [Int: [RecordedEvent]] = [:]
    /// The members behind that.
    var settled: [UUID: KnownMember] = [:]

    init(_ requests: [LaneRequest]) {
        self.requests = requests
        results = Array(repeating: nil, count: requests.count)
        var order: [UUID] = []
        for (index, request) in requests.enumerated() {
            if groups[request.memberID] == nil { order.append(request.memberID) }
            groups[request.memberID, default: Group()].indices.append(index)
        }
        self.order = order
    }

    /// Requests without an answer.
    var open: [Int] { results.indices.filter { results[$0] == nil } }
    var isDone: Bool { !results.contains { $0 == nil } }
    var openMembers: [UUID] { order.filter(isOpen) }

    /// Whether a request for that member waits for its answer.
    func isOpen(_ member: UUID) -> Bool { groups[member]?.indices.contains { results[$0] == nil } == true }

    /// Members who became this one: their orders are its orders.
    func absorbed(by member: UUID) -> [UUID] { members[member]?.state.absorbedIDs ?? [] }

    var answers: [Result<LaneReply, any Error>] { results.map { $0 ?? .failure(ServiceError.contended) } }

    /// Decides every open request on what is known. Notes in `needs` what must be looked up first; then the plans are
    /// to be thrown away.
    ///
    /// - Parameters:
    ///   - now: the present.
    ///   - final: whether keys have been looked up, so that a refusal is the answer.
    mutating func decide(with means: Plan.Means, at now: Instant, final: Bool) -> [Plan] {
        doubtful = []
        var plans: [Plan] = []
        var keys: Set<[UInt8]> = []
        var budgets = budgets
        for id in openMembers {
            guard let group = groups[id] else { continue }
            let plan = Plan(memberID: id, member: members[id], means: means, now: now, budgets: budgets)
            for index in group.indices where results[index] == nil {
                // The same key twice in one batch: the second waits until the first is in the log. One that is refused
                // leaves no trace, and the next is judged anew.
                let key = requests[index].key
                if let key, keys.contains(key) { continue }
                plan.add(requests[index], index: index, group: group)
                if let key, plan.refusals[index] == nil { keys.insert(key) }
            }
            if !plan.needs.isEmpty {
                needs[id] = plan.needs
                continue
            }
            let isCertain = final && (fresh.contains(id) || members[id] == nil)
            if !fresh.contains(id), members[id] != nil, !plan.refusals.isEmpty { doubtful.insert(id) }
            if plan.events.isEmpty {
                // Where nothing is left to do, an earlier request of the same key may have done it: the log knows.
                for (index, reply) in plan.replies where final || requests[index].key == nil {
                    results[index] = .success(reply)
                }
                if isCertain { for (index, error) in plan.refusals { results[index] = .failure(error) } }
            } else {
                plan.isFinal = isCertain
                plans.append(plan)
                budgets = plan.budgets
            }
        }
        return needs.isEmpty ? plans : []
    }

    /// Whether what is gone of a budget must be known.
    var needsBudgets: Bool {
        needs.values.contains { $0.contains { if case .budgets = $0 { true } else { false } } }
    }

    /// To be decided in a transaction that holds the budgets.
    mutating func waitForBudgets() {
        drawsOnBudgets = true
        needs = [:]
    }

    /// The plan is in the log.
    mutating func answer(_ plan: Plan) {
        for (index, reply) in plan.replies { results[index] = .success(reply) }
        if plan.isFinal { for (index, error) in plan.refusals { results[index] = .failure(error) } }
        members[plan.memberID] = plan.member
        fresh.insert(plan.memberID)
        forgetLookups(of: plan.memberID)
    }

    mutating func fail(_ plan: Plan, with error: any Error) {
        for index in plan.replies.keys { results[index] = .failure(error) }
        for (index, refusal) in plan.refusals { results[index] = .failure(refusal) }
    }

    /// What is known of that member cannot be read: all that is asked of them fails, and nobody else's.
    mutating func fail(_ id: UUID, with error: any Error) {
        for index in groups[id]?.indices ?? [] where results[index] == nil { results[index] = .failure(error) }
    }

    /// Whoever was erased is a stranger. A request that came under a remembered identifier is to ask anew whose it is.
    mutating func refuseErased() {
        for (id, group) in groups where members[id]?.state.identity == .erased {
            for index in group.indices where results[index] == nil {
                let error: ServiceError = requests[index].isRemembered ? .identityMoved : .memberNotFound
                results[index] = .failure(error)
            }
        }
    }

    /// Nothing that was read before holds any more.
    mutating func forgetMembers() {
        for id in order { forget(id) }
    }

    /// Somebody else was faster: what was known of the member no longer holds.
    mutating func forget(_ id: UUID) {
        members[id] = nil
        fresh.remove(id)
        forgetLookups(of: id)
    }

    /// The log knows an order that was taken to be new.
    mutating func lookUpOrders(of id: UUID) {
        forgetLookups(of: id)
        groups[id]?.looksUpOrders = true
    }

    private mutating func forgetLookups(of id: UUID) {
        groups[id]?.subjects = [:]
        groups[id]?.history = nil
    }

    mutating func failRest(with error: any Error) {
        for index in results.indices where results[index] == nil { results[index] = .failure(error) }
    }
}

/// A member's recorded life lived again under other rules: what happened (purchases, returns, activities, what people did)
/// is decided afresh, each at its own time and in the order recorded; what followed follows from the new decisions. Pure,
/// and the engine is the one that served the shop, so that under the rules that held nothing comes out otherwise.
public struct MemberSimulation: Sendable {
    /// Why it cannot go on.
    public enum Stop: Error, Hashable, Sendable {
        /// What another member's life came to must be known first. The simulation is to be begun again then.
        case waits(for: LifeLink)
        case fault(LoyaltyFault)
    }

    /// The member's id.
    public let member: String
    /// The rules of the simulation.
    let programme: Programme
    /// The rules under which it was recorded.
    let recorded: Programme
    /// What is asked for is the member at this time; what happened later is lived through all the same, because it was
    /// recorded between what happened before.
    let until: Instant
    /// nil before the member joined.
    public internal(set) var state: MemberState?
    /// The member at the end; nil before ``finish()``.
    public private(set) var ending: MemberState?
    /// What would have been recorded.
    public private(set) var events: [DatedEvent] = []
    /// What other lives may take from this one.
    public internal(set) var links: [LifeLink: LifeLink.Value] = [:]
    public private(set) var leftOut: [LeftOut: LeftOut.Tally] = [:]
    /// How often what was recorded had to be taken for what another member would have done.
    public internal(set) var takenAsRecorded: Int64 = 0
    private var places: [Subject: [Int]] = [:]
    /// Returns that wait for their sale, which takes them along when it comes.
    var held: [PurchaseReturn: Int] = [:]
    /// Redemptions that were left out: what was done with them is, too.
    var without: Set<String> = []
    var names: [String: String] = [:]
    var absorbed: [String: [DatedEvent]] = [:]
    /// The reward of the redemption recorded last, and when: a tier that follows is what it brought.
    var delivered: (reward: String, at: Instant)?
    /// Friends for whom points were given.
    var friends: Set<String> = []

    /// - Parameters:
    ///   - programme: the rules to live under; see ``Programme/followed(by:from:)``.
    ///   - recorded: the rules that held.
    ///   - until: business time at which the simulation ends.
    public init(of member: String, under programme: Programme, recordedUnder recorded: Programme, until: Instant) {
        (self.member, self.programme, self.recorded, self.until) = (member, programme, recorded, until)
    }

    /// Lets the rest of the time pass, or looks back.
    public mutating func finish() throws(Stop) {
        guard let state else { return }
        if state.latest <= until {
            try pass(to: until)
            ending = self.state
        } else {
            do throws(LoyaltyFault) {
                ending = try programme.state(of: events, asOf: until)
            } catch {
                throw .fault(error)
            }
        }
    }

    // MARK: Deciding

    /// Lets time pass, as somebody did who recorded what had fallen due.
    mutating func pass(to instant: Instant) throws(Stop) {
        guard var state else { return }
        do throws(LoyaltyFault) {
            let due = try state.advance(to: instant, under: programme)
            self.state = state
            append(due)
        } catch {
            throw .fault(error)
        }
    }

    /// Decides and records; nil, and noted, where the rules do not allow it.
    ///
    /// - Parameter points: what was moved as it was recorded.
    @discardableResult
    mutating func perform(
        _ command: Command, as act: LeftOut.Act, points: Int64 = 0, at: Instant
    ) throws(Stop) -> Decision? {
        switch try attempt(command, at: at) {
        case .success(let decision): return decision
        case .failure(let rejection):
            leaveOut(act, rejection.code.rawValue, points, at: at)
            return nil
        }
    }

    mutating func leaveOut(_ act: LeftOut.Act, _ code: String, _ points: Int64 = 0, at: Instant) {
        guard at <= until else { return }
        leftOut[LeftOut(act, code), default: LeftOut.Tally()].add(LeftOut.Tally(count: 1, points: points))
    }

    /// Decides and records.
    mutating func attempt(_ command: Command, at: Instant) throws(Stop) -> Result<Decision, Rejection> {
        do throws(Refusal) {
            let decision = try decide(command, at: at)
            state = decision.state
            append(decision.events)
            return .success(decision)
        } catch {
            switch error {
            case .rejected(let rejection): return .failure(rejection)
            case .fault(let fault): throw .fault(fault)
            case .needs: throw .fault(.contradiction("a decision asks for more than there is"))
            }
        }
    }

    /// Answers what a decision asks for, as often as it asks.
    private func decide(_ command: Command, at: Instant) throws(Refusal) -> Decision {
        guard let state else { throw .fault(.contradiction("a stream that does not begin with an enrolment")) }
        var known = Known()
        if case .purchase(let purchase) = command { know(.order(purchase.order), &known) }
        while true {
            do throws(Refusal) {
                return try programme.decide(command, at: at, for: state, known: known)
            } catch .needs(.subject(let subject)) where known.subjects[subject] == nil {
                know(subject, &known)
            } catch .needs(.history) where known.history == nil {
                known.history = events
            } catch .needs(.budgets(let budgets)) where known.budgets.isEmpty {
                // What others drew under the draft is not known here: each life has a budget alone.
                for budget in budgets { known.budgets[budget] = used(of: budget) }
            }
        }
    }

    private func used(of budget: Budget) -> Int64 {
        events.flatMap { $0.event.draws(under: programme.id) }.reduce(0) { $1.budget == budget ? $0 + $1.points : $0 }
    }

    private func know(_ subject: Subject, _ known: inout Known) {
        var found = (places[subject] ?? []).map { events[$0] }
        for other in state?.absorbed ?? [] {
            found += (absorbed[other] ?? []).filter { $0.event.subject == subject }
        }
        known.subjects[subject] = found
    }

    // MARK: Recording

    mutating func append(_ new: [DatedEvent]) {
        var new = new
        DatedEvent.identify(&new) { name(ofConversion: $0) }
        for dated in new {
            if let subject = dated.event.subject { places[subject, default: []].append(events.count) }
            events.append(dated)
        }
    }

    /// What is redeemed by itself has no id that the log would know.
    func name(ofConversion count: Int64) -> String { "conversion:\(member):\(count)" }

    /// For other lives; what is said first holds.
    mutating func publish(_ value: LifeLink.Value, as link: LifeLink) {
        if links[link] == nil { links[link] = value }
    }
}

import Testing

@testable import Loyalty

/// One member with everything recorded about them, served as a service would: it looks up what a decision needs.
struct Till {
    let programme: Programme
    private(set) var log: [DatedEvent]
    private(set) var state: MemberState
    private var orders = 0
    /// What other members have drawn of every budget.
    var drawnByOthers: Int64 = 0

    init(
        _ programme: Programme = .sephora, enrolled day: CivilDate = "2017-01-01", birthday: MonthDay? = nil,
        referredBy: String? = nil
    ) {
        let at = Instant.start(day, in: programme.zone)
        self.programme = programme
        log = [programme.enrolment(at: at, language: .english, birthday: birthday, referredBy: referredBy)]
        state = programme.newcomer(at: at, language: .english, birthday: birthday, referredBy: referredBy)
    }

    @discardableResult
    mutating func deliver(_ command: Command, at: Instant) throws(Refusal) -> Decision {
        var decision = try decide(command, at: at)
        DatedEvent.identify(&decision.events) { "conversion-\($0)" }
        log += decision.events
        state = decision.state
        return decision
    }

    func decide(_ command: Command, at: Instant) throws(Refusal) -> Decision {
        var known = Known()
        if case .purchase(let purchase) = command { look(for: .order(purchase.order), &known) }
        while true {
            do {
                return try programme.decide(command, at: at, for: state, known: known)
            } catch .needs(.history) where known.history == nil {
                known.history = log
            } catch .needs(.subject(let subject)) where known.subjects[subject] == nil {
                look(for: subject, &known)
            } catch .needs(.budgets(let budgets)) where known.budgets.isEmpty {
                for budget in budgets { known.budgets[budget] = used(of: budget) }
            }
        }
    }

    /// What is gone of a budget; nobody else draws on it but by `drawnByOthers`.
    func used(of budget: Budget) -> Int64 {
        log.reduce(drawnByOthers) { sum, dated in
            dated.event.draws(under: programme.id).reduce(sum) { $1.budget == budget ? $0 + $1.points : $0 }
        }
    }

    private func look(for subject: Subject, _ known: inout Known) {
        known.subjects[subject] = log.filter { $0.event.subject == subject }
    }

    /// What the recorded events fold to.
    func folded() throws -> MemberState {
        var state = try #require(MemberState(beginningWith: log[0]))
        for dated in log { try state.evolve(dated) }
        return state
    }

    /// The member at an instant, with what has fallen due.
    func brought(to instant: Instant) throws -> MemberState { try programme.current(state, at: instant).state }

    /// Records what has fallen due, as a scheduler would.
    mutating func settle(to instant: Instant) throws {
        var due = try state.advance(to: instant, under: programme)
        DatedEvent.identify(&due) { "conversion-\($0)" }
        log += due
    }

    /// Records something that nobody has to decide.
    mutating func record(_ dated: DatedEvent) throws {
        try state.evolve(dated)
        log.append(dated)
    }

    // MARK: Short words for what happens in a shop

    @discardableResult
    mutating func buys(
        _ cents: Int64, on day: CivilDate, order: String? = nil, channel: String? = nil, categories: [String] = []
    ) throws -> Outcome {
        try buys([.article(cents, categories: categories)], at: .on(day), order: order, channel: channel)
    }

    @discardableResult
    mutating func buys(
        _ lines: [Line], at: Instant, order: String? = nil, channel: String? = nil
    ) throws -> Outcome {
        orders += 1
        let reference = OrderReference(source: "shop", id: order ?? "auto-\(orders)")
        return try deliver(
            .purchase(Purchase(order: reference, currency: "USD", lines: lines, channel: channel)), at: at
        ).outcome
    }

    @discardableResult
    mutating func returns(_ goods: PurchaseReturn.Goods, of order: String?, on day: CivilDate) throws -> Outcome {
        try returns(goods, of: order, at: .on(day))
    }

    @discardableResult
    mutating func returns(_ goods: PurchaseReturn.Goods, of order: String?, at: Instant) throws -> Outcome {
        try deliver(.goodsBack(goods, of: order, id: "return-\(log.count)"), at: at).outcome
    }

    @discardableResult
    mutating func reviews(on day: CivilDate) throws -> Outcome {
        try deliver(.activity(Activity(name: "review")), at: .on(day)).outcome
    }
}

extension Line {
    static func article(
        _ cents: Int64, sku: String = "lipstick", quantity: Int64 = 1, discount: Int64 = 0, categories: [String] = []
    ) -> Line {
        Line(sku: sku, quantity: quantity, unitPrice: cents, discount: discount, categories: categories)
    }
}

extension Command {
    static func goodsBack(
        _ goods: PurchaseReturn.Goods, of order: String?, id: String, currency: String = "USD"
    ) -> Command {
        .purchaseReturn(
            PurchaseReturn(
                source: "shop", order: order.map { OrderReference(source: "shop", id: $0) }, returnID: id,
                currency: currency, goods: goods))
    }
}

extension MemberState {
    /// The wallet `points`.
    var points: Wallet { wallet(Programme.defaultWallet) }

    var inactiveOn: CivilDate? { points.inactiveOn }

    /// Qualifying minor units of a calendar year.
    func spend(in year: Int) -> Int64 { total(.spend, in: .year(year)) }
}

/// The code of the rejection that the work ends in; nil where it is done or stops for another reason.
func rejection(_ work: () throws -> Void) -> Rejection.Code? {
    do {
        try work()
        return nil
    } catch Refusal.rejected(let rejection) {
        return rejection.code
    } catch {
        return nil
    }
}

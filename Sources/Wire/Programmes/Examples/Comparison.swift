internal import Loyalty

/// Compares what came out with what an example says, and words the differences.
struct Comparison {
    let programme: Programme
    private(set) var differences: [ExampleRun.Difference] = []
    private(set) var count = 0
    private var place = (line: 0, text: "")

    init(programme: Programme) { self.programme = programme }

    private mutating func note(_ what: String, _ expected: String, _ actual: String) {
        count += 1
        guard expected != actual else { return }
        differences.append(
            ExampleRun.Difference(
                line: place.line, place: place.text, what: what, expected: expected, actual: actual))
    }

    private mutating func note(_ what: String, _ expected: Int64?, _ actual: Int64) {
        if let expected { note(what, "\(expected)", "\(actual)") }
    }

    // MARK: Answers

    mutating func compare(_ step: ProgrammeExample.Step, with result: StepResult) {
        place = (step.line, step.label)
        switch result {
        case .failed(let reason): note("answer", "a decision", reason)
        case .refused(let rejection):
            note(
                "answer", step.answer.refused.map { "refused: \($0.rawValue)" } ?? "accepted", refusal(rejection, step))
        case .decided(let decision):
            note("answer", step.answer.refused.map { "refused: \($0.rawValue)" } ?? "accepted", "accepted")
            note("earns", step.answer.earns, decision.outcome.change)
            if let worth = step.answer.worth {
                note("worth", money(worth), self.worth(decision).map(money) ?? "nothing")
            }
        }
    }

    /// A refusal that was expected is told by its code alone, so that it is equal.
    private func refusal(_ rejection: Rejection, _ step: ProgrammeExample.Step) -> String {
        let code = "refused: \(rejection.code.rawValue)"
        return step.answer.refused == rejection.code ? code : "\(code) (\(rejection.detail))"
    }

    private func worth(_ decision: Decision) -> Int64? {
        for dated in decision.events[decision.primary...] {
            switch dated.event {
            case .redemptionReserved(let event): return event.redemption.value
            case .redemptionConfirmed(let event): return event.redemption.value
            default: continue
            }
        }
        return nil
    }

    private func money(_ minor: Int64) -> String { programme.currencies[0].text(minor) }

    // MARK: Standing

    mutating func compare(_ expected: ProgrammeExample.Expectation, with till: ExampleTill) {
        place = (expected.line, expected.label)
        let state: MemberState
        do throws(LoyaltyFault) {
            state = try till.state(asOf: expected.at)
        } catch {
            note("the member's history", "a balance", "\(error)")
            return
        }
        for (id, points) in expected.wallets.sorted(by: { $0.key < $1.key }) { compare(points, state.wallet(id)) }
        if let tier = expected.tier { note("tier", tier, state.standing.tier) }
        if let until = expected.validUntil {
            note("valid_until", until?.description ?? "forever", state.standing.validUntil?.description ?? "forever")
        }
        let balance = programme.balance(of: state, at: expected.at)
        for (metric, value) in expected.qualifying.sorted(by: { $0.key < $1.key }) {
            let actual = balance.tier.qualifying.first { $0.metric == metric }?.value
            note("qualifying \(metric)", "\(value)", actual.map { "\($0)" } ?? "not measured")
        }
        note("vouchers", expected.vouchers, vouchers(till.log, expected.at))
        if let benefits = expected.benefits {
            note("benefits", list(benefits), list(self.benefits(state, at: expected.at)))
        }
        note("the identity of each wallet", "holds", state.wallets.allSatisfy(\.isBalanced) ? "holds" : "is broken")
    }

    private mutating func compare(_ expected: ProgrammeExample.Points, _ wallet: Wallet) {
        let isDefault = wallet.id == Programme.defaultWallet
        note(isDefault ? "points" : wallet.id, expected.available, wallet.available)
        note(isDefault ? "pending" : "\(wallet.id) pending", expected.pending, wallet.pendingPoints)
        note(isDefault ? "reserved" : "\(wallet.id) reserved", expected.reserved, wallet.reserved)
    }

    private func vouchers(_ log: [DatedEvent], _ instant: Instant) -> Int64 {
        Int64(log.count { if case .voucherIssued = $0.event { $0.at <= instant } else { false } })
    }

    private func benefits(_ state: MemberState, at instant: Instant) -> Set<String> {
        let version = programme.version(at: instant)
        let levels = version.tiers.levels
        let day = programme.zone.date(of: instant)
        let paid = state.subscriptions.filter { $0.paidUntil >= day }.compactMap { version.plan($0.plan) }
        return Set((levels[version.tiers.rank(of: state.standing.tier)].benefits + paid.flatMap(\.benefits)).map(\.id))
    }

    private func list(_ names: Set<String>) -> String {
        names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
    }
}

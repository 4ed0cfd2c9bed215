import Testing

@testable import Loyalty

/// A scheduler that is late, doubled or absent must not change any answer.
@Suite("A scheduler")
struct SchedulerTests {
    @Test(
        "changes nothing about late purchases that are paid with what was held in between, whenever it runs",
        arguments: Share.all)
    func heldInBetween(_ share: Share) throws {
        try share.forAll(
            length: 10, of: 2, lates: 3,
            changing: { programme, _ in
                for index in programme.versions.indices {
                    programme.versions[index].rewards.removeAll(where: \.isAutomatic)
                }
            }, dressing: SchedulerTests.payLate, SchedulerTests.isTheSame)
    }

    @Test("changes nothing about what is redeemed by itself", arguments: Share.all)
    func byItself(_ share: Share) throws {
        try share.forAll(
            length: 10, of: 4, lates: 0,
            changing: { programme, _ in
                for index in programme.versions.indices
                where programme.versions[index].rewards.allSatisfy({ !$0.isAutomatic }) {
                    programme.versions[index].rewards.append(
                        Reward(
                            id: "self", kind: .voucher, price: 60, value: 3_00, voucher: VoucherRules(validDays: 30),
                            isAutomatic: true))
                }
            }, dressing: { steps, _ in steps }, SchedulerTests.isTheSame)
    }

    /// Purchases that name a reservation become known when it has lapsed or been dealt with, and happened while it was open,
    /// or did not.
    private static func payLate(_ steps: [RandomLife.Step], using dice: inout SplitMix64) -> [RandomLife.Step] {
        var known = steps
        for (number, step) in steps.enumerated() {
            guard case .redemption(let request) = step.command, !request.confirm else { continue }
            let place = Int.random(in: 0...known.count, using: &dice)
            let now = max(step.now, known.indices.contains(place) ? known[place].now : known[known.count - 1].now)
            let purchase = Purchase(
                order: OrderReference(source: "shop", id: "paid\(number)"), currency: "USD",
                lines: [.article(dice.pick([30_00, 260_00]), sku: "sku1")], channel: "app", redemptionID: request.id)
            let minutes = dice.pick([-60, 0, 1, 14, 15, 600, 3 * 24 * 60])
            let at = Instant(micros: min(now.micros, step.now.micros + Int64(minutes) * 60_000_000))
            known.insert(RandomLife.Step(now: now, at: at, command: .purchase(purchase)), at: place)
        }
        return known.enumerated().sorted { ($0.element.now, $0.offset) < ($1.element.now, $1.offset) }.map(\.element)
    }

    /// One member nobody looks after, one whose scheduler runs at any time and as often as it likes.
    private static func isTheSame(_ programme: Programme, _ steps: [RandomLife.Step]) throws {
        var dice = SplitMix64(seed: UInt64(steps.count))
        var (absent, busy) = (Till.someone(programme), Till.someone(programme))
        var last = steps.first?.now ?? .distantPast
        for step in steps {
            for _ in 0..<dice.pick([0, 1, 2, 3]) {
                let moment = Instant(micros: Int64.random(in: last.micros...max(last, step.now).micros, using: &dice))
                // An older one that was late, and one that comes twice.
                for _ in 0..<dice.pick([1, 2]) { try busy.settle(to: moment) }
            }
            last = max(last, step.now)
            let answers = [answer(&absent, step), answer(&busy, step)]
            guard answers[0] == answers[1] else {
                throw Invariants.Broken(description: "\(answers[1]) with a scheduler, not \(answers[0]), to \(step)")
            }
            let states = [try absent.brought(to: step.now), try busy.brought(to: step.now)]
            guard states[0] == states[1] else {
                throw Invariants.Broken(description: difference("with a scheduler", states[1], states[0]))
            }
            let past = [absent, busy].map { try? programme.state(of: $0.log, asOf: step.at) }
            guard past[0] == past[1] else {
                throw Invariants.Broken(description: "as of \(step.at) a scheduler makes a difference to \(step)")
            }
        }
    }

    /// What the caller is told.
    private static func answer(_ till: inout Till, _ step: RandomLife.Step) -> String {
        do {
            var outcome = try till.deliver(step.command, at: step.at).outcome
            outcome.followers = 0
            return "\(outcome)"
        } catch {
            return "\(error)"
        }
    }
}

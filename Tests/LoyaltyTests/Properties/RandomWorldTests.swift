import Testing

@testable import Loyalty

/// The identities of the ledger under random programmes and lives. What fails is told with its seed, made small.
@Suite("Random programmes and lives")
struct RandomWorldTests {
    @Test(
        "behind every event sums balance, events fold to the state, and a replay gives the same", arguments: Share.all)
    func identities(_ share: Share) throws {
        try share.forAll(length: 14) { programme, steps in
            var till = Till.someone(programme)
            var invariants = Invariants(till)
            for step in steps {
                guard let decision = try till.attempt(step) else { continue }
                try invariants.check(decision, of: till)
            }
        }
    }

    @Test("a scheduler that runs at other times, or never, changes no answer", arguments: Share.all)
    func scheduler(_ share: Share) throws {
        try share.forAll(length: 12, of: 4, changing: { $0.doesNotConvert() }) { programme, steps in
            var dice = SplitMix64(seed: UInt64(steps.count))
            var (lazy, busy) = (Till.someone(programme), Till.someone(programme))
            for step in steps {
                let first = try lazy.attempt(step)
                if dice.oneIn(2) { try busy.settle(to: step.now) }
                let second = try busy.attempt(step)
                var outcomes = [first, second].map { $0?.outcome }
                for index in outcomes.indices { outcomes[index]?.followers = 0 }
                guard outcomes[0] == outcomes[1] else {
                    throw Invariants.Broken(description: "\(String(describing: outcomes)) to \(step)")
                }
                let states = [try lazy.brought(to: step.now), try busy.brought(to: step.now)]
                guard states[0] == states[1] else {
                    throw Invariants.Broken(description: difference("with a scheduler", states[1], states[0]))
                }
            }
        }
    }

    @Test("as of an instant is what those know who heard of nothing later", arguments: Share.all)
    func asOf(_ share: Share) throws {
        try share.forAll(length: 10, of: 4, changing: { $0.doesNotConvert() }) { programme, steps in
            var till = Till.someone(programme)
            var accepted: [RandomLife.Step] = []
            for step in steps where step.command.isFreeOfOthers {
                if let decision = try till.attempt(step), !decision.events.isEmpty { accepted.append(step) }
            }
            var dice = SplitMix64(seed: UInt64(steps.count))
            guard let moment = accepted.isEmpty ? nil : dice.pick(accepted).at else { return }
            var earlier = Till.someone(programme)
            for step in accepted where step.at <= moment { _ = try earlier.attempt(step) }
            let (found, expected) = (
                try programme.state(of: till.log, asOf: moment), try earlier.brought(to: moment)
            )
            guard found == expected else { throw Invariants.Broken(description: difference("as of", found, expected)) }
        }
    }
}

/// One of several parts of all runs, so that they run at the same time.
struct Share: Sendable, CustomTestStringConvertible {
    static let count = 8
    static let all = (0..<count).map(Share.init)

    var index: Int

    init(_ index: Int) { self.index = index }

    var testDescription: String { "\(index + 1) of \(Share.count), TREUE_PROPERTY_SEED=\(Property.seed)" }

    /// - Parameter share: divides the number of runs for what costs more.
    func forAll(
        length: Int, of share: Int = 1, changing change: (inout Programme) -> Void = { _ in },
        _ property: @escaping Shrinking.Property
    ) throws {
        try forAll(
            length: length, of: share, changing: { programme, _ in change(&programme) },
            dressing: { steps, _ in steps },
            property)
    }

    /// - Parameters:
    ///   - lates: one in so many events comes late; 0 for none.
    ///   - change: makes another programme of a random one, by chance.
    ///   - dress: the same of a life.
    func forAll(
        length: Int, of share: Int = 1, lates: Int = 4, changing change: (inout Programme, inout SplitMix64) -> Void,
        dressing dress: ([RandomLife.Step], inout SplitMix64) -> [RandomLife.Step],
        _ property: @escaping Shrinking.Property
    ) throws {
        for (number, seed) in Property.seeds(share: share).enumerated() where number % Share.count == index {
            var dice = SplitMix64(seed: seed)
            var programme = RandomProgramme.make(using: &dice)
            change(&programme, &dice)
            let life = RandomLife(under: programme, length: length, lates: lates, using: &dice)
            let steps = dress(life.steps, &dice)
            guard let broken = Shrinking(programme, steps, property) else { continue }
            let told = broken.steps.map { "\n  \($0)" }.joined()
            var versions = broken.programme
            versions.zone.transitions = []
            Issue.record(
                "TREUE_PROPERTY_SEED=\(seed) TREUE_PROPERTY_RUNS=1:\(told)\n\(broken.error)\n\(versions.versions)")
            return
        }
    }
}

extension Till {
    /// With a birthday that most years lack, brought by somebody else.
    static func someone(_ programme: Programme) -> Till {
        Till(programme, birthday: MonthDay(month: 2, day: 29), referredBy: "a")
    }

    /// nil where the command is refused; anything else that stops it is a fault of the engine.
    mutating func attempt(_ step: RandomLife.Step) throws -> Decision? {
        do { return try deliver(step.command, at: step.at) } catch .rejected { return nil }
    }
}

extension Programme {
    /// What was redeemed by itself stands as a fact, so when it was known matters.
    fileprivate mutating func doesNotConvert() {
        for index in versions.indices { versions[index].rewards.removeAll(where: \.isAutomatic) }
    }
}

extension Command {
    /// Whether it is worth the same whatever arrives later. What a return takes depends on the returns recorded before.
    fileprivate var isFreeOfOthers: Bool {
        switch self {
        case .purchaseReturn: false
        case .purchase(let purchase): purchase.redemptionID == nil
        case .activity(let activity): activity.name != "review" || activity.reference == nil
        default: true
        }
    }
}

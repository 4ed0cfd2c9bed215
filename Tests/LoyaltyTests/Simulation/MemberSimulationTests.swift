import Testing

@testable import Loyalty

@Suite("A life lived again")
struct MemberSimulationTests {
    @Test("under the rules that held, a random life comes out as it was recorded", arguments: Share.all)
    func asRecorded(_ share: Share) throws {
        try share.forAll(length: 16, of: 4) { programme, steps in
            var till = Till.someone(programme)
            for step in steps { _ = try till.attempt(step) }
            let until = till.state.latest.later(hours: 24 * 150)
            let simulation = try MemberSimulation.of(till.log, steps, under: programme, until: until)
            let due = try programme.current(till.state, at: until)
            try Self.expect(simulation.ending, due.state)
            guard simulation.leftOut.isEmpty else { throw Invariants.Broken(description: "\(simulation.leftOut)") }
            let expected = till.log + due.due
            let found = simulation.events
            for (index, pair) in zip(found, expected).enumerated() where pair.0.named != pair.1.named {
                throw Invariants.Broken(description: "\(index): found \(pair.0)\nrecorded \(pair.1)")
            }
            guard found.count == expected.count else {
                throw Invariants.Broken(description: "\(found.count) events, recorded \(expected.count)")
            }
        }
    }

    @Test("at an instant of the past it stands as the log says it stood", arguments: Share.all)
    func inThePast(_ share: Share) throws {
        try share.forAll(length: 14, of: 4) { programme, steps in
            var till = Till.someone(programme)
            for step in steps { _ = try till.attempt(step) }
            guard !steps.isEmpty else { return }
            var dice = SplitMix64(seed: UInt64(steps.count))
            let until = dice.pick(steps).at
            let simulation = try MemberSimulation.of(till.log, steps, under: programme, until: until)
            let expected = try programme.state(of: till.log, asOf: until)
            guard let found = simulation.ending, found.holdings == expected.holdings else {
                throw Invariants.Broken(
                    description: "\(String(describing: simulation.ending?.holdings))\n\(expected.holdings)\nat \(until)"
                )
            }
        }
    }

    private static func expect(_ found: MemberState?, _ expected: MemberState) throws {
        guard found != expected else { return }
        throw Invariants.Broken(description: "found \(String(describing: found))\nrecorded \(expected)")
    }
}

extension MemberSimulation {
    /// What other members did is taken as it was.
    static func of(
        _ log: [DatedEvent], _ steps: [RandomLife.Step], under programme: Programme, until: Instant
    ) throws -> MemberSimulation {
        var friends: [String: Instant] = [:]
        for case .referral(let friend, let boughtAt, _) in steps.map(\.command) { friends[friend] = boughtAt }
        var simulation = MemberSimulation(of: "m", under: programme, recordedUnder: programme, until: until)
        for dated in log {
            try simulation.live(through: dated) { link in
                if case .referral(let friend, _) = link { return friends[friend].map(LifeLink.Value.boughtAt) }
                return .asRecorded
            }
        }
        try simulation.finish()
        return simulation
    }
}

extension DatedEvent {
    /// Without the ids that only who records them gives.
    fileprivate var named: DatedEvent {
        var dated = self
        switch event {
        case .redemptionConfirmed(var event) where event.conversion != nil:
            event.redemption.id = ""
            dated.event = .redemptionConfirmed(event)
        case .voucherIssued(var event) where event.redemption.hasPrefix("conversion"):
            event.redemption = ""
            dated.event = .voucherIssued(event)
        default: break
        }
        return dated
    }
}

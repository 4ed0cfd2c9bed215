import Testing

@testable import Loyalty

/// The engine against ``NaiveWorld``, which was written from the documentation: under random programmes, in random lives,
/// both must tell the same behind every step.
@Suite("A naive second implementation of all the rules")
struct NaiveRulesTests {
    @Test("agrees behind every step of lives in which much comes late", arguments: Share.all)
    func late(_ share: Share) throws {
        try compare(share, lates: 4) { version in version.rewards.removeAll(where: \.isAutomatic) }
    }

    @Test("agrees behind every step of lives in order, with what is redeemed by itself", arguments: Share.all)
    func inOrder(_ share: Share) throws {
        try compare(share, lates: 0) { version in
            guard version.number % 2 == 1 else { return }
            version.rewards.append(
                Reward(
                    id: "self", kind: .voucher, price: 60, value: 3_00, voucher: VoucherRules(validDays: 30),
                    isAutomatic: true))
        }
    }

    private func compare(_ share: Share, lates: Int, changing change: (inout ProgrammeVersion) -> Void) throws {
        try share.forAll(
            length: 12, of: 4, lates: lates,
            changing: { programme, dice in
                EveryRule.enrich(&programme, using: &dice)
                for index in programme.versions.indices { change(&programme.versions[index]) }
            }, dressing: EveryRule.dress
        ) { programme, steps in
            var till = Till.someone(programme)
            var world = NaiveWorld(programme, of: till)
            (till.drawnByOthers, world.drawnByOthers) = (25, 25)
            for step in steps { try NaiveRulesTests.both(&till, &world, step) }
        }
    }

    private static func both(_ till: inout Till, _ world: inout NaiveWorld, _ step: RandomLife.Step) throws {
        let codes = [try engine(&till, step), try naively(&world, step)]
        guard codes[0] == codes[1] else {
            throw Invariants.Broken(
                description: "the engine says \(told(codes[0])), the naive rules \(told(codes[1])) to \(step)")
        }
        var now = world
        now.letTimePass(to: step.now)
        try same(try till.brought(to: step.now), now.member(at: step.now), at: step.now, behind: step)
        var then = world
        then.letTimePass(to: step.at)
        let past = try till.programme.state(of: till.log, asOf: step.at)
        try same(past, then.member(at: step.at), at: step.at, behind: step)
    }

    private static func same(
        _ state: MemberState, _ member: NaiveMember, at instant: Instant, behind step: RandomLife.Step
    ) throws {
        let found = NaiveAnswer(member.programme.balance(of: state, at: instant))
        let expected = NaiveAnswer(member, at: instant)
        guard found != expected else { return }
        throw Invariants.Broken(
            description: "behind \(step) at \(instant)\nthe engine \(found)\nnaively   \(expected)")
    }

    /// The code of the refusal; nil for none.
    private static func engine(_ till: inout Till, _ step: RandomLife.Step) throws -> Rejection.Code? {
        do {
            try till.deliver(step.command, at: step.at)
            return nil
        } catch {
            guard case .rejected(let rejection) = error else { throw error }
            return rejection.code
        }
    }

    private static func naively(_ world: inout NaiveWorld, _ step: RandomLife.Step) throws -> Rejection.Code? {
        do {
            try world.hear(step.command, at: step.at)
            return nil
        } catch {
            guard let refusal = error as? NaiveRefusal else { throw error }
            return refusal.code
        }
    }

    private static func told(_ code: Rejection.Code?) -> String { code?.rawValue ?? "yes" }
}

extension NaiveWorld {
    /// The same person.
    init(_ programme: Programme, of till: Till) {
        self.init(
            programme, enrolled: till.state.enrolledAt, birthday: till.state.birthday, referredBy: till.state.referredBy
        )
    }
}

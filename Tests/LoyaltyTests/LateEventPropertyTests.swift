import Testing

@testable import Loyalty

/// What must hold whatever happens, in whatever order it becomes known.
@Suite("Random histories in random order")
struct LateEventPropertyTests {
    static let programmes: [Programme] = [.sephora, .flat, .fickle]

    @Test("behind every delivery the recorded events fold to the state", arguments: programmes)
    func folding(_ programme: Programme) throws {
        try Till.eachDelivery(under: programme) { till in
            try #require(try till.folded() == till.state)
        }
    }

    @Test("the balances told by events are running sums of their changes", arguments: programmes)
    func balances(_ programme: Programme) throws {
        try Till.eachDelivery(under: programme) { till in
            var sum: Int64 = 0
            for event in till.log.map(\.event) {
                guard case .restated(let event) = event else {
                    sum += event.change
                    try #require(event.wallet == nil || event.balance == sum)
                    continue
                }
                for correction in event.corrections {
                    sum += correction.points
                    try #require(correction.balance == sum)
                }
            }
            try #require(sum == till.state.points.available)
        }
    }

    @Test("issued points are available, expired or revoked", arguments: programmes)
    func identity(_ programme: Programme) throws {
        try Till.eachDelivery(under: programme) { till in
            try #require(till.state.wallets.filter { !$0.isBalanced }.isEmpty)
        }
    }

    @Test("the state is that of a replay of what happened, in the order in which it happened", arguments: programmes)
    func replay(_ programme: Programme) throws {
        try Till.eachDelivery(under: programme) { till in
            try #require(try programme.state(of: till.log, asOf: till.state.latest) == till.state)
        }
    }

    @Test(
        "the rules, naively applied to what was recorded, give the same member", arguments: [Programme.sephora, .flat])
    func naive(_ programme: Programme) throws {
        let naive = Naive(programme: programme)
        try Till.eachDelivery(under: programme) { till in
            let later = Instant(micros: till.state.latest.micros + 200 * 86_400_000_000)
            for instant in [till.state.latest, later] {
                let expected = naive.status(after: Naive.Happening.all(in: till.log), at: instant)
                try #require(Naive.Status(of: try till.brought(to: instant)) == expected)
            }
        }
    }

    @Test("the same deliveries make the same events", arguments: programmes)
    func determinism(_ programme: Programme) throws {
        for seed in Property.seeds(share: 30) {
            var tills = [Till(programme), Till(programme)]
            for step in Till.steps(seed: seed) {
                for index in tills.indices {
                    do { try tills[index].deliver(step.command, at: step.at) } catch .rejected { continue }
                }
            }
            #expect(tills[0].log == tills[1].log, "TREUE_PROPERTY_SEED=\(seed)")
        }
    }
}

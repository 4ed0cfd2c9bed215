import Testing

@testable import Loyalty

@Suite("birthdays that are learnt, changed and forgotten")
struct BirthdayTests {
    private static let programme: Programme = {
        var programme = Programme.sephora
        for index in programme.versions.indices {
            programme.versions[index].gifts = [GiftRule(id: "cake", occasion: .birthday, points: 250)]
        }
        return programme
    }()

    /// Somebody of whom it was learnt in June that their birthday had been in March.
    private func learnt() throws -> Till {
        var till = Till(Self.programme, enrolled: "2025-01-01")
        try till.buys(10_00, on: "2025-02-01")
        try till.learns(MonthDay(month: 3, day: 1), on: "2025-06-01")
        try till.buys(10_00, on: "2025-12-20")
        return till
    }

    @Test("one that is learnt brings what comes from then on, and nothing before")
    func fromThenOn() throws {
        var till = try learnt()
        #expect(try till.brought(to: .on("2025-12-24")).available == 20)
        #expect(try till.brought(to: .on("2026-03-01")).available == 270)
        try till.settle(to: .on("2026-03-02"))
        for (day, points) in [("2025-04-01", 10), ("2025-12-01", 10), ("2026-03-01", 270)] as [(CivilDate, Int64)] {
            #expect(try till.programme.state(of: till.log, asOf: .on(day)).available == points, "\(day)")
        }
    }

    @Test("a late event changes none of it, and the ledger adds up")
    func lateEvent() throws {
        var till = try learnt()
        try till.settle(to: .on("2026-03-02"))
        try till.learns(nil, on: "2026-04-01")
        try till.buys(5_00, on: "2025-02-15")
        #expect(till.state.available == 275)
        let entries = till.log.flatMap { $0.entries(balance: 0) }.filter { !$0.isPending }
        #expect(entries.reduce(0) { $0 + $1.points } == 275)
        #expect(try till.folded() == till.state)
        // Forgotten, it brings nothing more.
        #expect(try till.brought(to: .on("2027-03-02")).points.issued == 275)
    }
}

extension Till {
    /// The birthday from now on; nil where it is taken back.
    fileprivate mutating func learns(_ birthday: MonthDay?, on day: CivilDate) throws {
        try settle(to: .on(day))
        let change = ProfileChanged(fields: ["birthday"], birthday: birthday.map { .on($0) } ?? .unknown)
        try record(DatedEvent(at: .on(day), .profileChanged(change)))
    }
}

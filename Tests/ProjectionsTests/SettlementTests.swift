import EventLog
import Foundation
import Loyalty
import Testing

@testable import Projections

@Suite("Settlement between partners")
struct SettlementTests {
    private static let partners = [
        Partner(id: "fuel", name: "Filling station", pointPrice: Ratio(1, 2)),
        Partner(id: "store", name: "Store", pointPrice: Ratio(1, 1)),
    ]

    private static let programme = Programme(
        id: "coalition", name: "Coalition", zone: .utc, currencies: [Currency("EUR")].compactMap { $0 },
        enrolment: .automatic,
        versions: [
            ProgrammeVersion(
                number: 1, from: .distantPast,
                earning: [EarningRule(id: "base", effect: .base(standard: Ratio(1, 100), byTier: [:]))],
                partners: partners, redemption: RedemptionRules(value: Ratio(1, 1)))
        ])

    /// One member's life, and what the report makes of it.
    private struct Book {
        var events: [DatedEvent]
        var state: MemberState
        var sums = ReportSums()
        private var memo: String?
        private let fold = SettlementFold(zone: .utc)

        init() throws {
            let at = Instant(micros: 0)
            events = [SettlementTests.programme.enrolment(at: at, language: .english)]
            state = SettlementTests.programme.newcomer(at: at, language: .english)
            try take(events)
        }

        mutating func hear(_ command: Command, day: Int64) throws {
            var known = Known(history: events)
            let orders = events.compactMap(\.event.subject)
            for subject in orders { known.subjects[subject] = events.filter { $0.event.subject == subject } }
            let at = Instant(micros: day * 86_400_000_000)
            let decision = try SettlementTests.programme.decide(command, at: at, for: state, known: known)
            events += decision.events
            state = decision.state
            try take(decision.events)
        }

        private mutating func take(_ events: [DatedEvent]) throws {
            for event in events { try fold.fold(event, of: UUID(), &memo, &sums) }
        }

        mutating func buys(_ cents: Int64, _ order: String, at partner: String?, day: Int64) throws {
            let line = Line(sku: "a", quantity: 1, unitPrice: cents)
            try hear(
                .purchase(
                    Purchase(
                        order: OrderReference(source: "s", id: order), currency: "EUR", lines: [line],
                        partner: partner)), day: day)
        }
    }

    private func sum(_ book: Book, _ measure: String, _ partner: String) -> Int64 {
        book.sums.cells.reduce(0) { $1.key.measure == measure && $1.key.a == partner ? $0 + $1.value : $0 }
    }

    @Test("counts what each issued, what came back of it, and what was spent with it")
    func counts() throws {
        var book = try Book()
        try book.buys(100_00, "1", at: "store", day: 10)
        try book.buys(80_00, "2", at: "fuel", day: 11)
        try book.buys(50_00, "3", at: nil, day: 12)
        try book.hear(
            .purchaseReturn(
                PurchaseReturn(
                    source: "s", order: OrderReference(source: "s", id: "1"), returnID: "r", currency: "EUR",
                    goods: .amount(30_00))), day: 13)
        for (id, partner) in [("a", "fuel"), ("b", "store"), ("c", nil)] as [(String, String?)] {
            try book.hear(
                .redemption(RedemptionRequest(id: id, what: .points(20), partner: partner, confirm: true)), day: 14)
        }
        try book.hear(.cancelRedemption(id: "b"), day: 15)
        #expect(sum(book, "issued", "store") == 100 && sum(book, "issued", "fuel") == 80)
        #expect(sum(book, "returned", "store") == 30 && sum(book, "returned", "fuel") == 0)
        #expect(sum(book, "redeemed", "store") == 20 && sum(book, "redeemed", "fuel") == 20)
        #expect(sum(book, "refunded", "store") == 20 && sum(book, "refunded", "fuel") == 0)
        #expect(book.sums.cells.keys.allSatisfy { $0.b == "coalition 1 points" && $0.a != "" })
    }

    @Test("each pays for what it issued and is paid for what was spent with it, at its own price")
    func money() {
        let place = SettlementRow.Place(
            period: CivilDate(year: 1970, month: 1, day: 1), programme: "coalition", partner: "fuel", version: 1,
            wallet: "points")
        var row = SettlementRow(place: place)
        row.add(["issued": 81, "returned": 10, "redeemed": 20], SettlementTests.partners[0])
        let period = ReportPeriod(unit: .month, from: place.period, to: place.period)
        let values = row.values(period, SettlementTests.programme)
        #expect(
            values == [
                .text("1970-01"), .text("coalition"), .text("fuel"), .text("Filling station"), .text("points"),
                .integer(81), .integer(10), .integer(20), .integer(0), .integer(35), .integer(10), .integer(-25),
                .text("EUR"),
            ])
    }
}

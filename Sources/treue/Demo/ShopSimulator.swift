import Loyalty
import Wire

/// A shop whose customers have habits. The same seed gives the same people and the same sales, however many are asked for.
struct ShopSimulator: Sendable {
    let seed: UInt64
    let currency: Currency
    let days: Int
    /// The last moment of business.
    let until: Instant

    /// Somebody with all that they do.
    struct Person: Sendable {
        var enrolment: EnrolmentBody
        var joined: Instant
        /// In the order of time.
        var events: [IncomingEvent]
    }

    private static let source = "/demo/shop"
    private static let hour: Int64 = 3_600_000_000
    private static let day: Int64 = 24 * hour
    private static let catalogue: [(sku: String, name: String, price: Int64, category: String)] = [
        ("tea-100", "Green tea", 590, "tea"), ("cup-1", "Cup", 1_250, "tableware"),
        ("pot-1", "Teapot", 3_990, "tableware"),
        ("soap-3", "Three soaps", 1_180, "bath"), ("balm-1", "Lip balm", 690, "skincare"),
        ("cream-50", "Day cream", 4_450, "skincare"), ("serum-30", "Serum", 7_900, "skincare"),
        ("scent-50", "Eau de parfum", 9_800, "fragrance"), ("brush-2", "Brush", 2_250, "make-up"),
        ("palette-9", "Palette", 5_400, "make-up"), ("card-50", "Gift card", 5_000, "gift_card"),
    ]

    func member(_ number: Int) -> Person? {
        let externalID = "demo-\(number + 1)"
        guard let reference = MemberReference(.externalID, externalID) else { return nil }
        var habits = SeededGenerator(seed: seed &* 1_000_003 &+ UInt64(number))
        // The one half comes now and then, a tenth every week.
        let visitsAYear = [2, 4, 4, 6, 8, 12, 12, 20, 30, 52].randomElement(using: &habits) ?? 4
        let generosity = Int64.random(in: 1...4, using: &habits)
        let locale = Bool.random(using: &habits) ? "de" : "en"
        let lastDay = until.micros / ShopSimulator.day
        var events: [IncomingEvent] = []
        for day in lastDay - Int64(days)..<lastDay {
            // Drawn from the day itself: what happened on it is the same, whenever and for how long a shop is asked for.
            var chance = SeededGenerator(seed: habits.seed ^ UInt64(bitPattern: day) &* 0x9E37_79B9_7F4A_7C15)
            guard Int.random(in: 0..<365, using: &chance) < visitsAYear else { continue }
            let opening = day * ShopSimulator.day + 8 * ShopSimulator.hour
            let time = opening + Int64.random(in: 0..<12 * ShopSimulator.hour, using: &chance)
            let lines = basket(generosity, &chance)
            let order = "\(externalID)-\(day)"
            events.append(sale(order, lines, of: reference, at: time, &chance))
            let back = time + Int64.random(in: 1...14, using: &chance) * ShopSimulator.day
            if Int.random(in: 0..<12, using: &chance) == 0, back < until.micros {
                events.append(comeback(order, lines[0], of: reference, at: back))
            }
        }
        events.sort { ($0.time ?? until) < ($1.time ?? until) }
        return Person(
            enrolment: EnrolmentBody(externalID: externalID, locale: locale), joined: events.first?.time ?? until,
            events: events)
    }

    private func basket(_ generosity: Int64, _ chance: inout SeededGenerator) -> [Line] {
        (0..<Int.random(in: 1...4, using: &chance)).map { _ in
            let article = ShopSimulator.catalogue.randomElement(using: &chance) ?? ShopSimulator.catalogue[0]
            let quantity = Int64.random(in: 1...generosity, using: &chance)
            let discount = Int.random(in: 0..<5, using: &chance) == 0 ? article.price * quantity / 10 : 0
            return Line(
                sku: article.sku, name: article.name, quantity: quantity, unitPrice: article.price, discount: discount,
                categories: [article.category])
        }
    }

    private func sale(
        _ order: String, _ lines: [Line], of member: MemberReference, at time: Int64, _ chance: inout SeededGenerator
    ) -> IncomingEvent {
        let online = Bool.random(using: &chance)
        let purchase = Purchase(
            order: OrderReference(source: ShopSimulator.source, id: order), currency: currency.code, lines: lines,
            channel: online ? "online" : "store", store: online ? nil : "main-street")
        return event("sale-\(order)", member, time, .purchase(purchase))
    }

    private func comeback(_ order: String, _ line: Line, of member: MemberReference, at time: Int64) -> IncomingEvent {
        let goods = PurchaseReturn(
            source: ShopSimulator.source, order: OrderReference(source: ShopSimulator.source, id: order),
            returnID: "return-\(order)", currency: currency.code, goods: .lines([line]))
        return event("return-\(order)", member, time, .purchaseReturn(goods))
    }

    private func event(_ id: String, _ member: MemberReference, _ time: Int64, _ content: IncomingEvent.Content)
        -> IncomingEvent
    {
        IncomingEvent(
            id: id, source: ShopSimulator.source, time: Instant(micros: time),
            member: member, command: content)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, the same on every machine.
struct SeededGenerator: RandomNumberGenerator {
    /// What it was made from.
    let seed: UInt64
    private var state: UInt64

    init(seed: UInt64) { (self.seed, state) = (seed, seed) }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

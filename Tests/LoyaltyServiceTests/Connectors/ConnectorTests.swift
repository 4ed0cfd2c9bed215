import EventLog
import Foundation
import Loyalty
import Synchronization
import Testing
import Wire

@testable import LoyaltyService

@Suite("connected shops")
struct ConnectorTests {
    private static let ada = EnrolmentBody(email: "ada@example.com")
    private static let shopify = [
        "shopify/orders-paid", "shopify/refund-goods", "shopify/refund-money", "shopify/orders-updated",
    ]
    private static let woo = [
        "woocommerce/order-created", "woocommerce/order-updated-refund-1", "woocommerce/order-updated-refund-2",
        "woocommerce/order-updated-completed",
    ]

    @Test(
        "four messages in all 24 orders, each several times, give the same ledger",
        arguments: [(shopify, true, 13), (woo, false, 27)] as [([String], Bool, Int64)])
    func orders(names: [String], withTimes: Bool, points: Int64) async throws {
        let seen = Mutex<Set<[String]>>([])
        for order in permutations(names) {
            try await Shop.with(enrolment: .explicit) { shop async throws in
                let ada = try await shop.service.enrol(Self.ada, at: Shop.start).id
                for (place, name) in order.enumerated() {
                    for _ in 0...(place % 3) { try await shop.deliver(name) }
                    try await shop.deliver(order[0])
                }
                #expect(try await shop.points(of: ada) == points, "\(order)")
                let ledger = try await shop.ledger(of: ada, withTimes: withTimes)
                seen.withLock { _ = $0.insert(ledger) }
            }
        }
        let ledgers = seen.withLock { $0 }
        #expect(ledgers.count == 1, "\(ledgers)")
    }

    private static let refundedInMoney = [
        "shopify/orders-paid-4194", "shopify/refund-4194", "shopify/orders-paid-test", "shopify/orders-paid",
    ]
    private static let aGuest = [
        joining, "shopify/orders-paid-guest", "shopify/refund-guest", "woocommerce/order-created-guest",
    ]
    private static let joining = "guest@example.com joins"

    @Test(
        "a refund of money alone, a test order, a guest who joins at some time: in all 24 orders the same ledger",
        arguments: [(refundedInMoney, 42), (aGuest, 65)] as [([String], Int64)])
    func trapsInAllOrders(names: [String], points: Int64) async throws {
        let seen = Mutex<Set<[String]>>([])
        for order in permutations(names) {
            let (held, ledger) = try await delivered(order)
            #expect(held == points, "\(order)")
            seen.withLock { _ = $0.insert(ledger) }
        }
        let ledgers = seen.withLock { $0 }
        #expect(ledgers.count == 1, "\(ledgers)")
    }

    @Test("an order that is edited and refunded comes to the same points in all 24 orders, by as many steps as it took")
    func edited() async throws {
        for order in permutations(Array(Self.woo.dropFirst()) + ["woocommerce/order-updated-edited"]) {
            #expect(try await delivered(order).points == 50, "\(order)")
        }
    }

    /// What a member has after messages, each of them several times, and again behind every later one.
    private func delivered(_ order: [String]) async throws -> (points: Int64?, ledger: [String]) {
        let told = Mutex<(Int64?, [String])>((nil, []))
        try await Shop.with(enrolment: .explicit) { shop async throws in
            let isGuest = order.contains(Self.joining)
            var member = isGuest ? nil : try await shop.service.enrol(Self.ada, at: Shop.start).id
            for (place, name) in order.enumerated() {
                if name == Self.joining {
                    let guest = EnrolmentBody(email: "guest@example.com")
                    member = try await shop.service.enrol(guest, at: Shop.now).id
                    continue
                }
                for _ in 0...(place % 3) { try await shop.deliver(name) }
                for earlier in order.prefix(place) where earlier != Self.joining { try await shop.deliver(earlier) }
            }
            let somebody = try #require(member)
            let points = try await shop.points(of: somebody)
            let ledger = try await shop.ledger(of: somebody, withTimes: !isGuest)
            told.withLock { $0 = (points, ledger) }
        }
        return told.withLock { $0 }
    }

    @Test("one message by two servers at once counts once")
    func atOnce() async throws {
        try await Shop.with(servers: 2, enrolment: .explicit) { shop async throws in
            let ada = try await shop.service.enrol(Self.ada, at: Shop.start).id
            let answers = try await withThrowingTaskGroup(of: ConnectorAnswer.self) { group in
                for number in 0..<16 {
                    group.addTask { try await shop.deliver("shopify/orders-paid", to: number % 2) }
                }
                return try await group.reduce(into: [ConnectorAnswer]()) { $0.append($1) }
            }
            #expect(answers.allSatisfy { [.accepted, .duplicate].contains($0.status) && $0.memberID == ada })
            #expect(try await shop.points(of: ada) == 42)
            #expect(
                try await shop.number("SELECT count(*) FROM treue.event WHERE type = 'purchase.completed'") == 1)
        }
    }

    @Test("a guest's order waits under a hash until somebody with the address joins, its refund with it")
    func guest() async throws {
        try await Shop.with { shop async throws in
            #expect(try await shop.deliver("shopify/orders-paid-guest") == ConnectorAnswer(.held, reason: "guest"))
            #expect(try await shop.deliver("shopify/orders-paid-guest") == ConnectorAnswer(.duplicate))
            #expect(try await shop.number("SELECT count(*) FROM treue.account") == 0)
            #expect(
                try await shop.number(
                    "SELECT count(*) FROM treue.connector_order AS r WHERE r::text ILIKE '%guest@%'") == 0)
            let guest = try await shop.service.enrol(
                EnrolmentBody(email: "Guest@Example.com".lowercased()), at: Shop.now)
            #expect(guest.balance.wallets.first?.available == 42)
            #expect(try await shop.deliver("shopify/orders-paid-guest").status == .duplicate)
        }
    }

    @Test("a member who adds the address claims what waits under it; so does what was cut off")
    func claim() async throws {
        try await Shop.with(enrolment: .explicit) { shop async throws in
            for name in ["shopify/orders-paid-guest", "woocommerce/order-created-guest"] {
                try await shop.deliver(name)
            }
            let member = try await shop.somebody()
            var patch = ProfilePatch()
            patch.email = .set("guest@example.com")
            _ = try await shop.service.changeProfile(of: member, by: patch, ifVersion: nil, at: Shop.now)
            #expect(try await shop.points(of: member) == 84)
            // Joined while the claim could not be made.
            try await shop.deliver("woocommerce/order-created-fees")
            let ada = try await shop.service.enrol(
                EnrolmentBody(externalID: "woocommerce:tee.example/26"), at: Shop.now)
            #expect(try await shop.points(of: ada.id) == 0)
            try await shop.tamper(
                """
                UPDATE treue.connector_order SET email_hash = (SELECT value_hash FROM treue.identifier WHERE kind = 'email')
                 WHERE member_id IS NULL
                """)
            try await shop.service.claimWhatIsLeft(at: Shop.now)
            #expect(try await shop.points(of: member) == 84 + 40)
        }
    }

    @Test("what a stop left between the book and the log is recorded later, once")
    func cutOff() async throws {
        try await Shop.with(enrolment: .explicit) { shop async throws in
            let ada = try await shop.service.enrol(Self.ada, at: Shop.start).id
            try await shop.deliver("shopify/orders-paid")
            // As if the server had ended before it could note that everything is recorded, and before a refund was.
            guard case .order(let order) = try Shops.message("shopify/orders-updated") else { return }
            var book = OrderBook(source: Shops.shopify, id: order.id)
            _ = book.take(order)
            let hex = OrderBookCodec.encode(book).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
            try await shop.tamper(
                """
                UPDATE treue.connector_order
                   SET state = '\\x\(hex)', is_open = true, updated_at = to_timestamp(0)
                """)
            try await shop.service.deliverWhatIsLeft(at: Shop.now)
            #expect(try await shop.points(of: ada) == 13)
            #expect(try await shop.number("SELECT count(*) FROM treue.connector_order WHERE is_open") == 0)
        }
    }

    @Test("somebody who opens an account is enrolled once, or known by it from then on")
    func customers() async throws {
        try await Shop.with(enrolment: .explicit) { shop async throws in
            let answer = try await shop.deliver("shopify/customers-create")
            #expect(answer.status == .accepted)
            #expect(try await shop.deliver("shopify/customers-create").status == .duplicate)
            let ada = try await shop.service.member(.external("9007199254740995"), at: Shop.now)
            #expect(ada.id == answer.memberID && ada.profile.email == "ada@example.com")
            #expect(ada.profile.name == "Ada Lovelace" && ada.profile.marketingConsent == true)
        }
        try await Shop.with(enrolment: .explicit) { shop async throws in
            let ada = try await shop.service.enrol(Self.ada, at: Shop.start).id
            #expect(
                try await shop.deliver("woocommerce/customer-created") == ConnectorAnswer(.accepted, memberID: ada))
            #expect(
                try await shop.service.member(.external("woocommerce:tee.example/26"), at: Shop.now).id == ada)
        }
    }

    @Test("where the programme enrols buyers, one with an account is enrolled with the order, a guest is not")
    func automatic() async throws {
        try await Shop.with { shop async throws in
            let answer = try await shop.deliver("woocommerce/order-created")
            #expect(answer.status == .accepted)
            #expect(try await shop.points(of: try #require(answer.memberID)) == 42)
            #expect(try await shop.deliver("woocommerce/order-created-guest").status == .held)
        }
    }

    @Test("a redaction erases the member and what waits under the address; a repeat brings nobody back")
    func redact() async throws {
        try await Shop.with(enrolment: .explicit) { shop async throws in
            let ada = try await shop.service.enrol(Self.ada, at: Shop.start).id
            try await shop.deliver("shopify/orders-paid")
            #expect(try await shop.deliver("shopify/customers-redact").status == .accepted)
            #expect(
                try await shop.deliver("shopify/customers-redact") == ConnectorAnswer(.ignored, reason: "nobody"))
            #expect(try await shop.number("SELECT count(*) FROM treue.connector_order") == 0)
            #expect(try await shop.deliver("shopify/orders-paid").status == .held)
            // Somebody new with the address gets nothing that was another's.
            let again = try await shop.service.enrol(Self.ada, at: Shop.now)
            #expect(again.id != ada && again.balance.wallets.first?.available == 0)
        }
    }

    @Test("what the programme refuses for good is told so, once and for all")
    func refused() async throws {
        try await Shop.with(enrolment: .explicit) { shop async throws in
            _ = try await shop.service.enrol(Self.ada, at: Shop.start)
            guard case .order(var order) = try Shops.message("shopify/orders-paid") else { return }
            order.currency = "JPY"
            let answer = try await shop.service.receive(.order(order), from: Shops.shopify, at: Shop.now)
            #expect(answer.status == .rejected && answer.reason == "currency_not_accepted")
            #expect(try await shop.deliver("shopify/refund-goods").status == .duplicate)
            #expect(try await shop.number("SELECT count(*) FROM treue.event") == 1)
        }
    }
}

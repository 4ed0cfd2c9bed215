import Foundation
import Loyalty
import Testing
import Wire

@testable import LoyaltyService

@Suite("what members read")
struct ReadTests {
    /// A member with all kinds of entries: a late sale that changes what time had brought, a return, a held one.
    private func somebody(in shop: Shop) async throws -> UUID {
        let member = MemberReference.external("ann")
        let answers = await shop.service.record([
            .purchase("1", by: member, dollars: 400, day: -900), .purchase("2", by: member, dollars: 30, day: -300),
            .purchase("3", by: member, dollars: 1200, day: -800), .comesBack("4", by: member, order: "none", day: 1),
            .purchase("5", by: member, dollars: 9, day: 2), .comesBack("6", by: member, order: "5", dollars: 9, day: 4),
            .purchase("7", by: member, dollars: 70, day: 5),
        ])
        #expect(Set(answers.map(\.word)) == ["accepted"])
        return try #require(answers.last?.answer).memberID
    }

    private func lines(_ entries: [EntryView]) -> [String] {
        entries.map { "\($0.version ?? 0) \($0.entry.kind) \($0.entry.points) \($0.entry.balance) \($0.explanation)" }
    }

    /// The whole ledger in pages of so many.
    private func ledger(
        of member: UUID, in shop: Shop, by limit: Int, at now: Instant = Shop.now,
        between: () async throws -> Void = {}
    ) async throws -> [String] {
        var all: [String] = []
        var cursor: String?
        repeat {
            let page = try await shop.service.entries(
                of: member, at: now, page: PageRequest(limit: limit, cursor: cursor))
            #expect(page.items.count <= limit)
            #expect(page.nextCursor == nil || page.items.count == limit)
            all += lines(page.items)
            cursor = page.nextCursor
            try await between()
        } while cursor != nil
        return all
    }

    @Test("small pages are the big page, also where much is due and not recorded")
    func pages() async throws {
        try await Shop.with { shop in
            let id = try await somebody(in: shop)
            for years in [0, 1, 3] {
                let now = Instant(micros: Shop.now.micros + Int64(years) * 366 * Shop.day)
                let whole = try await ledger(of: id, in: shop, by: 200, at: now)
                for limit in 1...whole.count {
                    #expect(try await ledger(of: id, in: shop, by: limit, at: now) == whole)
                }
            }
        }
    }

    @Test("the balances of the ledger follow from its points, what is due included")
    func balances() async throws {
        try await Shop.with { shop in
            let id = try await somebody(in: shop)
            let now = Instant(micros: Shop.now.micros + 1_100 * Shop.day)
            let page = try await shop.service.entries(of: id, at: now, page: PageRequest(limit: 200))
            var balance: Int64 = 0
            for item in page.items.reversed() {
                balance += item.entry.points
                #expect(item.entry.balance == balance, "\(item.explanation)")
            }
            #expect(page.items.contains { $0.version == nil && $0.entry.kind == .expiry })
            #expect(try await shop.service.balance(of: id, at: now).balance.wallets.first?.available == balance)
        }
    }

    @Test("a list that was begun stays what it was while appends go on")
    func whileWriting() async throws {
        try await Shop.with { shop in
            let id = try await somebody(in: shop)
            let now = Instant(micros: Shop.now.micros + 1_100 * Shop.day)
            for limit in 1...3 {
                let whole = try await ledger(of: id, in: shop, by: 200, at: now)
                let paged = try await ledger(of: id, in: shop, by: limit, at: now) {
                    let event = IncomingEvent.purchase(UUID().uuidString, by: .id(id), dollars: 1, day: 6)
                    #expect(await shop.service.record(event).word == "accepted")
                }
                #expect(paged == whole)
            }
        }
    }

    @Test("a cursor that was not made here is told so, and harms nobody")
    func garbage() async throws {
        try await Shop.with { shop in
            let id = try await somebody(in: shop)
            let texts = [
                "9223372036854775807.0.0", "-1.0.0", "1.9223372036854775807.0", "1.-1.0", "1..0.0", "+1.0.0", "1.0",
                "0.0.0.1", "1.0.0.9223372036854775807", "1.0.0.-9223372036854775808",
            ]
            let garbage = texts.map { Data($0.utf8).base64EncodedString().replacingOccurrences(of: "=", with: "") }
            for cursor in garbage + ["", "x", "ä", "====", "%00", String(repeating: "A", count: 10_000)] {
                let page = PageRequest(limit: 2, cursor: cursor)
                let entries = await #expect(throws: ServiceError.self) {
                    _ = try await shop.service.entries(of: id, at: Shop.now, page: page)
                }
                let events = await #expect(throws: ServiceError.self) {
                    _ = try await shop.service.events(of: id, page: page)
                }
                #expect(entries?.code == "cursor_invalid")
                #expect(events?.code == "cursor_invalid")
            }
        }
    }

    @Test("events in small pages are the whole stream")
    func events() async throws {
        try await Shop.with { shop in
            let id = try await somebody(in: shop)
            let whole = try await shop.service.events(of: id, page: PageRequest(limit: 200)).items.map(\.version)
            #expect(whole == Array(1...Int64(whole.count)))
            for limit in 1...5 {
                var all: [Int64] = []
                var cursor: String?
                repeat {
                    let page = try await shop.service.events(of: id, page: PageRequest(limit: limit, cursor: cursor))
                    all += page.items.map(\.version)
                    cursor = page.nextCursor
                } while cursor != nil
                #expect(all == whole)
            }
        }
    }

    @Test("as_of shows what stood then by business time, before and after the latest event")
    func asOf() async throws {
        try await Shop.with { shop in
            let member = MemberReference.external("bob")
            let answers = await shop.service.record([
                .purchase("1", by: member, dollars: 10, day: 10), .purchase("2", by: member, dollars: 5, day: 20),
                .purchase("3", by: member, dollars: 2, day: 15),
            ])
            let id = try #require(answers.first?.answer).memberID
            for (day, points) in [(5, 0), (10, 10), (14, 10), (15, 12), (19, 12), (20, 17), (50, 17), (1_000, 0)] {
                let asOf = Instant(micros: Shop.start.micros + Int64(day) * Shop.day)
                let balance = try await shop.service.balance(of: id, at: Shop.now, clocks: Clocks(asOf: asOf))
                #expect(balance.balance.wallets.first?.available == Int64(points), "day \(day)")
            }
        }
    }

    @Test("nobody has neither balance nor entries nor events")
    func nobody() async throws {
        try await Shop.with { shop in
            for code in [
                await #expect(throws: ServiceError.self) {
                    _ = try await shop.service.balance(of: UUID(), at: Shop.now)
                },
                await #expect(throws: ServiceError.self) {
                    _ = try await shop.service.events(of: UUID(), page: .init())
                },
            ] { #expect(code?.code == "member_not_found") }
        }
    }
}

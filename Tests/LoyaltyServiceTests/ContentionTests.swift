import Foundation
import Loyalty
import LoyaltyService
import Postgres
import TestSupport
import Testing
import Wire

@Suite("many at once")
struct ContentionTests {
    @Test("hundreds of purchases for sixteen members over two servers are all counted, to the point")
    func hotMembers() async throws {
        try await Shop.with(servers: 2) { shop async throws in
            var members: [UUID] = []
            for _ in 0..<16 { members.append(try await shop.somebody()) }
            let hot = members
            let events = (0..<480).map { number in
                IncomingEvent.purchase(
                    "\(number)", by: .id(hot[number % 16]), dollars: 1 + Int64(number / 16 % 3), day: 1)
            }
            async let here = shop.service.recordAtOnce(events.filter { $0.id.hash(into: 2) == 0 })
            async let there = shop.other.recordAtOnce(events.filter { $0.id.hash(into: 2) == 1 })
            let answers = await here + there
            #expect(answers.count == 480)
            #expect(answers.allSatisfy { $0.word == "accepted" })
            for member in members {
                #expect(try await shop.points(of: member) == 60)
                #expect(try await shop.points(of: member, asked: shop.other) == 60)
            }
        }
    }

    @Test("servers that keep writing the same members never starve each other")
    func noStarvation() async throws {
        try await Shop.with(servers: 3) { shop async throws in
            let member = try await shop.somebody()
            let words = await withTaskGroup(of: [String].self) { group in
                for (server, service) in shop.services.enumerated() {
                    for client in 0..<4 {
                        group.addTask {
                            var words: [String] = []
                            for number in 0..<30 {
                                let id = "\(server) \(client) \(number)"
                                words.append(await service.record(.purchase(id, by: .id(member), dollars: 1)).word)
                            }
                            return words
                        }
                    }
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
            #expect(words.count == 360)
            #expect(Set(words) == ["accepted"])
            #expect(try await shop.points(of: member) == 360)
        }
    }

    @Test("a hundred first purchases of one stranger over two servers make one member")
    func automaticEnrolment() async throws {
        try await Shop.with(servers: 2) { shop async throws in
            let events = (0..<100).map { IncomingEvent.purchase("\($0)", by: .external("new"), dollars: 3) }
            async let here = shop.service.recordAtOnce(Array(events.prefix(50)))
            async let there = shop.other.recordAtOnce(Array(events.suffix(50)))
            let answers = await here + there
            #expect(answers.allSatisfy { $0.word == "accepted" })
            #expect(Set(answers.compactMap(\.answer?.memberID)).count == 1)
            #expect(try await shop.number("SELECT count(*) FROM treue.account") == 1)
            #expect(try await shop.points(after: answers[0]) == 300)
        }
    }

    @Test("connections killed in the middle of appends: every caller is answered, and a retry counts once")
    func killedConnections() async throws {
        try await Shop.with { shop async throws in
            let members = (0..<8).map { MemberReference.external("m\($0)") }
            let events = (0..<400).map { IncomingEvent.purchase("\($0)", by: members[$0 % 8], dollars: 2) }
            let killer = Task {
                let kill = """
                    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                     WHERE datname = current_database() AND usename = 'treue' AND query LIKE '%treue.append%'
                       AND pid <> pg_backend_pid()
                    """
                for _ in 0..<15 { try await shop.postgres.query(kill, at: shop.postgres.superuserURL(for: shop.url)) }
            }
            var words: Set<String> = []
            for start in stride(from: 0, to: 400, by: 40) {
                let answers = await shop.service.recordAtOnce(Array(events[start..<start + 40]))
                words.formUnion(answers.map(\.word))
            }
            try await killer.value
            #expect(words.isSubset(of: ["accepted", "unavailable"]))
            let again = await shop.service.record(events)
            #expect(Set(again.map(\.word)).isSubset(of: ["accepted", "duplicate"]))
            for answer in again.prefix(8) { #expect(try await shop.points(after: answer) == 100) }
            #expect(try await shop.number("SELECT count(*) FROM treue.event WHERE key IS NOT NULL") == 400)
        }
    }

    @Test("a full queue refuses with 503, whether requests come alone or in bundles; a stop answers what was taken")
    func fullQueue() async throws {
        var small = LoyaltyService.Configuration()
        small.queueLimit = 6
        try await Shop.with(enrolment: .explicit, running: false, configuration: small) { shop async throws in
            let id = UUID()
            let waiting = Task {
                await shop.service.record((0..<5).map { .purchase("a\($0)", by: .id(id)) })
            }
            while shop.service.depth < 5 { await Task.yield() }
            let refused = await shop.service.record([.purchase("b", by: .id(id)), .purchase("c", by: .id(id))])
            #expect(refused.map(\.word) == ["overloaded", "overloaded"])
            shop.service.shutdown()
            await shop.service.run()
            let answers = await waiting.value
            #expect(answers.allSatisfy { ["member_not_found", "unavailable"].contains($0.word) })
            #expect(shop.service.depth == 0)
            #expect(await shop.service.record(.purchase("d", by: .id(id))).word == "unavailable")
        }
    }

    @Test("an account that cannot be read fails its own requests alone")
    func unreadableAccount() async throws {
        try await Shop.with(servers: 2) { shop async throws in
            let (ann, bob) = (try await shop.somebody(), try await shop.somebody())
            try await shop.tamper("UPDATE treue.account SET state = '\\xff' WHERE member_id = '\(ann)'")
            let answers = await shop.other.record([
                .purchase("1", by: .id(ann)), .purchase("2", by: .id(bob)), .comesBack("3", by: .id(ann), order: "1"),
            ])
            #expect(answers.map(\.word) == ["internal_error", "accepted", "internal_error"])
        }
    }
}

extension String {
    /// The same part for the same text.
    fileprivate func hash(into parts: Int) -> Int { utf8.reduce(0) { $0 + Int($1) } % parts }
}

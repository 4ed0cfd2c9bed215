import Testing

extension Acceptance {
    @Suite struct HotMembers {
        /// One posting of a client and what came back.
        private struct Posting: Sendable {
            /// What was sent under an id that others use too.
            enum Kind { case own, shared, conflicting }

            var kind: Kind
            var sale: Sale
            var reply: Reply
        }

        private static let members = 16
        private static let clients = 64
        private static let rounds = 9

        /// Each client posts sales of its own, in each third round one that seven others post too, and in each ninth one
        /// under the id of the round before with another price.
        private static func sale(of client: Int, _ round: Int) -> (Posting.Kind, Sale) {
            let member = "hot-\((client + round) % members)"
            let shared = Sale(id: "shared-\(client % 8)-\(round / 3)", member: "hot-\(client % 8)", price: 700)
            switch round % 9 {
            case 2, 5: return (.shared, shared)
            case 8:
                let before = sale(of: client, 7).1
                return (.conflicting, Sale(id: before.id, member: before.member, price: before.price + 100))
            default:
                return (.own, Sale(id: "\(client)-\(round)", member: member, price: Int64(100 + client * 100)))
            }
        }

        private static func posts(to servers: [RunningTreue]) async throws -> [Posting] {
            try await onThreads(clients) { number in
                let client = servers[number % servers.count].client()
                return try (0..<rounds).map { round in
                    let (kind, sale) = sale(of: number, round)
                    return Posting(kind: kind, sale: sale, reply: try client.post(sale.json))
                }
            }.flatMap { $0 }
        }

        @Test("64 clients at 16 hot members: every answer is right and the sums are exact", arguments: [1, 2])
        func hot(servers count: Int) async throws {
            let place = try Place()
            var servers: [RunningTreue] = []
            for _ in 0..<count { servers.append(try await place.serve()) }
            var ids: [String: String] = [:]
            for number in 0..<Self.members { ids["hot-\(number)"] = try await servers[0].enrol("hot-\(number)") }

            let postings = try await Self.posts(to: servers)
            try judgeOwn(postings)
            try judgeShared(postings)

            var due: [String: Int64] = [:]
            let once = Dictionary(
                postings.filter { $0.kind != .conflicting }.map { ($0.sale.id, $0.sale) }, uniquingKeysWith: { $1 })
            for sale in once.values { due[sale.member, default: 0] += sale.points }
            for (name, id) in ids {
                for server in servers {
                    #expect(try await server.balance(id)["wallets"]["points"]["available"].number == due[name])
                }
            }
            #expect(
                try await place.count("SELECT count(*) FROM treue.event WHERE type = 'purchase.completed'")
                    == once.count)
            #expect(try await place.gaps() == 0)
            for server in servers { #expect(try await server.stop() == .exited(0)) }
            #expect(try await place.treue("projections", "verify", "--json").code == 0)
        }

        private func judgeOwn(_ postings: [Posting]) throws {
            for posting in postings where posting.kind == .own {
                #expect(posting.reply.status == 201)
                let answer = try posting.reply.json
                #expect(answer["status"] == "accepted")
                #expect(answer["id"] == .string(posting.sale.id))
                #expect(answer["points"]["change"].number == posting.sale.points)
            }
            for posting in postings where posting.kind == .conflicting {
                #expect(posting.reply.status == 409)
                #expect(try posting.reply.json["code"] == "event_conflict")
            }
        }

        /// Of those who posted the same, one was first and all the others read that answer.
        private func judgeShared(_ postings: [Posting]) throws {
            let shared = Dictionary(grouping: postings.filter { $0.kind == .shared }, by: \.sale.id)
            for same in shared.values {
                let firsts = same.filter { $0.reply.status == 201 }
                #expect(firsts.count == 1)
                let first = try #require(firsts.first).reply.json
                for posting in same where posting.reply.status != 201 {
                    #expect(posting.reply.status == 200)
                    let answer = try posting.reply.json
                    #expect(answer["status"] == "duplicate")
                    for name in ["id", "member_id", "points", "tier", "entries"] {
                        #expect(answer[name] == first[name])
                    }
                }
            }
        }
    }
}

import Testing

extension Acceptance {
    @Suite struct RedemptionRaces {
        private static let programme = """
            id: club
            currencies: [USD]
            enrolment: explicit
            versions:
              - earning: [{id: base, points: 10, per: 1.00}]
                rewards:
                  - {id: ten, kind: product, points: 10}
                  - {id: mug, kind: product, points: 1, stock: 50}

            """

        /// 1,000 requests, 20 at a time on each of two servers; what was answered.
        private func redeem(
            _ servers: [RunningTreue], _ path: @escaping @Sendable (Int) -> String, _ body: String
        ) async throws -> [Reply] {
            try await onThreads(40) { number in
                let client = servers[number % 2].client()
                return try (0..<25).map { round in
                    try client.send(
                        "POST", path(number * 25 + round), headers: ["Content-Type": "application/json"],
                        body: Array(body.utf8))
                }
            }.flatMap { $0 }
        }

        private func judge(_ replies: [Reply], count: Int, refusal: JSON) throws {
            #expect(replies.count == 1000)
            #expect(replies.count { $0.status == 201 } == count)
            for reply in replies where reply.status != 201 {
                #expect(reply.status == 409, "\(reply.text)")
                #expect(try reply.json["code"] == refusal)
            }
        }

        @Test("of 1,000 redemptions at once, as many succeed as there are points, and as there are in stock")
        func races() async throws {
            let place = try Place()
            let file = try place.file("club.yaml", Self.programme)
            let home = try Place(programme: file)
            let servers = [try await home.serve(), try await home.serve()]
            let ann = try await servers[0].enrol("ann")
            // Points for 137, and 7 that are too few for one more.
            let sale = try await servers[0].post("/v1/events", Sale(id: "1", member: "ann", price: 13_770).json)
            try #require(sale.status == 201, "\(sale.text)")
            let spent = try await redeem(
                servers, { _ in "/v1/members/\(ann)/redemptions" }, #"{"reward":"ten","confirm":true}"#)
            try judge(spent, count: 137, refusal: "insufficient_points")
            for server in servers {
                let wallet = try await server.balance(ann)["wallets"]["points"]
                #expect(wallet["available"] == 7 && wallet["lifetime_redeemed"] == 1370)
            }

            var members: [String] = []
            for number in 0..<50 {
                members.append(try await servers[0].enrol("m-\(number)"))
                _ = try await servers[0].post(
                    "/v1/events", Sale(id: "m-\(number)", member: "m-\(number)", price: 1_000).json)
            }
            let everybody = members
            let had = try await redeem(
                servers, { "/v1/members/\(everybody[$0 % 50])/redemptions" }, #"{"reward":"mug","confirm":true}"#)
            try judge(had, count: 50, refusal: "out_of_stock")
            let left = try await servers[1].get("/v1/rewards").json["data"].elements.last
            #expect(left?["stock"] == 0)
            #expect(
                try await home.count("SELECT count(*) FROM treue.event WHERE type = 'redemption.confirmed'") == 187)
            for server in servers { try await server.stop() }
            #expect(try await home.treue("projections", "verify", "--json").code == 0)
            #expect(try await home.treue("log", "verify", "--json").code == 0)
        }
    }
}

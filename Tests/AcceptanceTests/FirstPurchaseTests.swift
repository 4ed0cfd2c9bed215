import Testing

extension Acceptance {
    @Suite struct FirstPurchase {
        /// Members of a test's own keep the tests apart.
        private static let shared = Task { try await Place().serve() }

        @Test("a purchase is answered with points, tier and an explanation, and a repeat with the same")
        func purchaseAndRepeat() async throws {
            let server = try await Self.shared.value
            let member = try await server.enrol("ada")
            let sale = Sale(id: "536365", member: "ada", price: 13_912)
            let first = try await server.post("/v1/events", sale.json, type: "application/cloudevents+json")
            let expected: JSON = [
                "id": "536365", "status": "accepted", "member_id": .string(member),
                "points": ["change": 139, "available": 139, "pending": 0],
                "tier": ["id": "insider", "previous": "insider"],
                "entries": [
                    [
                        "kind": "accrual", "rule": "base", "wallet": "points", "points": 139,
                        "explanation": "1 point per 1.00 USD on 139.12 USD",
                    ]
                ],
            ]
            #expect(first.status == 201)
            #expect(try first.json == expected)
            let again = try await server.post("/v1/events", sale.json)
            #expect(again.status == 200)
            #expect(try again.json["status"] == "duplicate")
            for name in ["id", "member_id", "points", "tier", "entries"] {
                #expect(try again.json[name] == expected[name])
            }
        }

        @Test("balance, ledger and stream show the purchase; before it the balance was nothing")
        func reads() async throws {
            let server = try await Self.shared.value
            let member = try await server.enrol("bea")
            let sale = Sale(id: "s-1", member: "bea", price: 40_000)
            #expect(try await server.post("/v1/events", sale.json).status == 201)

            let now = try await server.balance(member)
            #expect(now.names == ["member_id", "version", "as_of", "wallets", "tier"])
            let wallet = now["wallets"]["points"]
            #expect(wallet["available"] == 400)
            #expect(wallet["lifetime_earned"] == 400)
            #expect(
                wallet.names == [
                    "available", "pending", "reserved", "expiring", "lifetime_earned", "lifetime_redeemed",
                ])
            #expect(wallet["expiring"] == [["points": 400, "on": "2027-05-04"]])
            #expect(now["tier"]["id"] == "vib")
            #expect(now["tier"]["valid_until"] == "2027-12-31")
            #expect(now["tier"]["qualifying"] == [["metric": "spend", "value": 40_000, "currency": "USD"]])
            let next = now["tier"]["next"]
            #expect(next["id"] == "rouge")
            #expect(next["requirements"] == [["metric": "spend", "threshold": 100_000, "remaining": 60_000]])

            let before = try await server.balance(member, asOf: "2026-05-04T09:59:59Z")
            #expect(before["wallets"]["points"]["available"] == 0)
            #expect(before["tier"]["id"] == "insider")
            let at = try await server.balance(member, asOf: "2026-05-04T12:00:00%2B02:00")
            #expect(at["wallets"]["points"]["available"] == 400)
            #expect(at["as_of"] == "2026-05-04T10:00:00Z")

            let entries = try await server.get("/v1/members/\(member)/entries").json
            #expect(entries["next_cursor"] == nil)
            #expect(entries["data"].elements.map { $0["kind"] } == ["tier", "accrual"])
            #expect(entries["data"][0]["explanation"] == "VIB reached with 400.00 USD in 2026, until 2027-12-31")
            let entry = entries["data"][1]
            #expect(entry["points"] == 400)
            #expect(entry["balance_after"] == 400)
            #expect(entry["order_id"] == "s-1")
            #expect(entry["explanation"] == "1 point per 1.00 USD on 400.00 USD")
            let events = try await server.get("/v1/members/\(member)/events").json["data"].elements
            #expect(
                events.map { $0["type"] } == [
                    "member.enrolled", "purchase.completed", "points.accrued", "tier.changed",
                ])
            #expect(events.compactMap { $0["version"].number } == [1, 2, 3, 4])
        }

        @Test("a German member reads German sentences")
        func german() async throws {
            let server = try await Self.shared.value
            let member = try await server.enrol("grete", locale: "de-DE")
            let answer = try await server.post("/v1/events", Sale(id: "g-1", member: "grete", price: 2_100).json).json
            #expect(answer["entries"][0]["explanation"] == "1 Punkt je 1,00 USD auf 21,00 USD")
            let entries = try await server.get("/v1/members/\(member)/entries").json
            #expect(entries["data"][0]["explanation"] == "1 Punkt je 1,00 USD auf 21,00 USD")
        }

        @Test("an entity tag answers 304 until the member changes")
        func entityTags() async throws {
            let server = try await Self.shared.value
            let member = try await server.enrol("eve")
            for path in ["/v1/members/\(member)", "/v1/members/\(member)/balance"] {
                let tag = try #require(try await server.get(path).headers["etag"])
                let unchanged = try await server.get(path, headers: ["If-None-Match": tag])
                #expect(unchanged.status == 304)
                #expect(unchanged.headers["etag"] == tag)
                #expect(try await server.post("/v1/events", Sale(id: path, member: "eve").json).status == 201)
                let changed = try await server.get(path, headers: ["If-None-Match": tag])
                #expect(changed.status == 200)
                #expect(changed.headers["etag"] != tag)
            }
        }

        @Test("health is open to anybody, with HEAD too; everything else needs a key")
        func health() async throws {
            let server = try await Self.shared.value
            let replies = try await onThread { [port = server.port] in
                let stranger = HTTPClient(port: port, key: nil)
                return try ["HEAD", "GET"].flatMap { method in
                    try ["/livez", "/readyz", "/metrics", "/v1/members?external_id=nobody"].map { path in
                        try stranger.send(method, path)
                    }
                }
            }
            #expect(replies.map(\.status) == [200, 200, 200, 401, 200, 200, 200, 401])
            #expect(try replies[7].json["code"] == "unauthenticated")
            #expect(replies[7].headers["content-type"] == "application/problem+json")
        }

        @Test("members show tells the same beside a running server")
        func membersShow() async throws {
            let server = try await Self.shared.value
            let place = server.place
            let member = try await server.enrol("mia")
            #expect(
                try await server.post("/v1/events", Sale(id: "m-1", member: "mia", price: 4_200).json).status == 201)
            let shown = try await place.treue("members", "show", "--external-id", "mia", "--json")
            #expect(shown.code == 0)
            #expect(try shown.json["id"] == .string(member))
            #expect(try shown.json["wallets"][0]["available"] == 42)
            let people = try await place.treue("members", "show", member)
            #expect(people.code == 0)
            #expect(people.output.contains("1 point per 1.00 USD on 42.00 USD"))
            #expect(try await place.treue("members", "show", "--external-id", "nobody").code == 1)
        }
    }
}

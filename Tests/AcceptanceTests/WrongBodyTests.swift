import Testing

extension Acceptance {
    @Suite struct WrongBodies {
        private static let shared = Task { try await RunningTreue.withMember("ada") }

        @Test("a wrong body is refused by its code and pointer, and nothing is written", arguments: WrongBody.all)
        func refused(_ wrong: WrongBody) async throws {
            let server = try await Self.shared.value
            let before = try await server.place.count("SELECT count(*) FROM treue.event")
            let reply = try await server.send(
                "POST", "/v1/events", headers: ["Content-Type": wrong.type], body: wrong.body)
            #expect(reply.status == wrong.status)
            #expect(reply.headers["content-type"] == "application/problem+json")
            let problem = try reply.json
            #expect(problem["code"] == .string(wrong.code))
            #expect(problem["status"].number == Int64(wrong.status))
            for name in ["type", "title", "detail"] { #expect(!problem[name].text.isEmpty) }
            #expect(Set(wrong.pointers).isSubset(of: problem["errors"].elements.map(\.["pointer"].text)))
            #expect(try await server.place.count("SELECT count(*) FROM treue.event") == before)
            #expect(try await server.get("/readyz").status == 200)
        }

        @Test("several faults are named all at once")
        func severalFaults() async throws {
            let server = try await Self.shared.value
            let body = """
                {"id":"","source":"/till","type":"purchase.completed","time":"yesterday","data":{"member":{},
                 "order_id":7,"currency":"usd","colour":"red","lines":[{"sku":"A","quantity":-1,"unit_price":1.5}]}}
                """
            let reply = try await server.post("/v1/events", body)
            #expect(reply.status == 422)
            let pointers = Set(try reply.json["errors"].elements.map(\.["pointer"].text))
            #expect(
                pointers.isSuperset(of: [
                    "/specversion", "/id", "/time", "/data/member", "/data/order_id", "/data/currency", "/data/colour",
                    "/data/lines/0/quantity", "/data/lines/0/unit_price",
                ]))
        }

        @Test("one bad event of a batch never spoils its neighbours")
        func badNeighbour() async throws {
            let server = try await Self.shared.value
            let good = ["b-1", "b-2"].map { Sale(id: $0, member: "ada").json }
            let bad = Sale(id: "bad", member: "nobody").json
            let reply = try await server.post(
                "/v1/events", "[\(good[0]),\(bad),{\"id\":\"worse\"},\(good[1])]",
                type: "application/cloudevents-batch+json")
            #expect(reply.status == 200)
            let results = try reply.json["results"].elements
            #expect(results.map(\.["status"]) == ["accepted", "rejected", "rejected", "accepted"])
            #expect(results.map(\.["id"]) == ["b-1", "bad", "worse", "b-2"])
            #expect(results[1]["problem"]["code"] == "member_not_found")
            #expect(results[2]["problem"]["code"] == "validation_failed")
        }
    }
}

extension RunningTreue {
    /// A server of the reference programme with one member.
    static func withMember(_ externalID: String) async throws -> RunningTreue {
        let server = try await Place().serve()
        _ = try await server.enrol(externalID)
        return server
    }
}

import EventLog
import Foundation
import Loyalty
import Postgres
import Synchronization
import Testing
import Wire

@testable import LoyaltyService

@Suite("requests with an Idempotency-Key")
struct OnceTests {
    private static let apiKey = UUID()

    private func key(_ text: String, route: String = "POST /v1/things", apiKey: UUID = apiKey) -> RequestKey {
        RequestKey(apiKey: apiKey, route: route, text: text)
    }

    private func with(servers: Int = 1, _ body: @Sendable (Shop) async throws -> Void) async throws {
        try await Shop.with(servers: servers) { shop in
            _ = try await shop.client.query("CREATE TABLE treue.thing (id bigserial PRIMARY KEY, name text)")
            try await body(shop)
        }
    }

    private func put(
        _ name: String, _ key: RequestKey?, _ service: LoyaltyService, at: Instant = Shop.now
    ) async throws -> KeptAnswer {
        try await service.once(key, content: Array(name.utf8), at: at) { lease in
            let row = try await lease.query("INSERT INTO treue.thing (name) VALUES ($1) RETURNING id", [.text(name)])
            let id = try row[0].int8(0)
            return KeptAnswer(status: 201, location: "/v1/things/\(id)", body: Array(#"{"secret":"s-\#(id)"}"#.utf8))
        }
    }

    @Test("the same key and content gives the first answer again; other content is refused")
    func replay() async throws {
        try await with { shop in
            let first = try await put("a", key("1"), shop.service)
            #expect(!first.isReplayed && first.status == 201)
            let again = try await put("a", key("1"), shop.service)
            #expect(again.isReplayed && again.body == first.body && again.location == first.location)
            let error = await #expect(throws: ServiceError.self) { try await put("b", key("1"), shop.service) }
            #expect(error == .idempotencyKeyReused)
            #expect(try await shop.number("SELECT count(*) FROM treue.thing") == 1)
        }
    }

    @Test("a key belongs to its API key and route; without one every request counts")
    func scope() async throws {
        try await with { shop in
            let keys = [key("1"), key("1", route: "POST /v1/others"), key("1", apiKey: UUID()), nil, nil]
            for key in keys {
                let answer = try await put("a", key, shop.service)
                #expect(!answer.isReplayed)
            }
            #expect(try await shop.number("SELECT count(*) FROM treue.thing") == 5)
            #expect(try await shop.number("SELECT count(*) FROM treue.idempotency") == 3)
        }
    }

    @Test("what was refused is judged anew, and leaves neither an effect nor a key")
    func refused() async throws {
        try await with { shop in
            let refusal = await #expect(throws: ServiceError.self) {
                try await shop.service.once(key("1"), content: [], at: Shop.now) { lease in
                    _ = try await lease.query("INSERT INTO treue.thing (name) VALUES ('x')")
                    throw ServiceError.apiKeyExpired
                }
            }
            #expect(refusal == .apiKeyExpired)
            #expect(try await shop.number("SELECT count(*) FROM treue.thing") == 0)
            let other = try await put("other", key("1"), shop.service)
            #expect(!other.isReplayed)
        }
    }

    @Test("of 200 at once over two servers one has an effect, and all get the same answer")
    func simultaneous() async throws {
        try await with(servers: 2) { shop in
            let answers = try await withThrowingTaskGroup(of: KeptAnswer.self) { group in
                for index in 0..<200 {
                    group.addTask { try await put("a", key("1"), shop.services[index % 2]) }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 200 && answers.count { !$0.isReplayed } == 1)
            #expect(Set(answers.map(\.body)).count == 1)
            #expect(try await shop.number("SELECT count(*) FROM treue.thing") == 1)
        }
    }

    @Test("of different contents at once under one key one wins, and the others are refused")
    func contested() async throws {
        try await with(servers: 2) { shop in
            let outcomes = await withTaskGroup(of: Result<KeptAnswer, any Error>.self) { group in
                for index in 0..<20 {
                    group.addTask {
                        do {
                            return .success(try await put("\(index)", key("1"), shop.services[index % 2]))
                        } catch {
                            return .failure(error)
                        }
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            let failures = outcomes.compactMap { if case .failure(let error) = $0 { error } else { nil } }
            let things = try await shop.number("SELECT count(*) FROM treue.thing")
            #expect(failures.count == 19 && failures.allSatisfy { $0 as? ServiceError == .idempotencyKeyReused })
            #expect(things == 1)
        }
    }

    @Test("a kept answer is sealed, and opens in its own row alone")
    func sealed() async throws {
        try await with { shop in
            _ = try await put("a", key("1"), shop.service)
            _ = try await put("b", key("2"), shop.service)
            let plain = try await shop.number(
                "SELECT count(*) FROM treue.idempotency WHERE position('secret'::bytea IN answer) > 0")
            #expect(plain == 0)
            try await shop.tamper(
                "UPDATE treue.idempotency AS i SET answer = (SELECT answer FROM treue.idempotency AS o WHERE o.key <> i.key)"
            )
            await #expect(throws: ServiceError.self) { try await put("a", key("1"), shop.service) }
        }
    }

    @Test("answers are forgotten after their time, and only then")
    func ageing() async throws {
        try await with { shop in
            let day: Int64 = 86_400_000_000
            _ = try await put("old", key("1"), shop.service, at: Instant(micros: Shop.now.micros - 30 * day - 1))
            _ = try await put("young", key("2"), shop.service, at: Instant(micros: Shop.now.micros - 30 * day))
            await shop.service.forgetOldAnswers()
            #expect(try await !put("old", key("1"), shop.service).isReplayed)
            #expect(try await put("young", key("2"), shop.service).isReplayed)
        }
    }
}

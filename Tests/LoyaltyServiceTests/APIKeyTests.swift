import EventLog
import Foundation
import Loyalty
import Postgres
import Testing
import Wire

@testable import LoyaltyService

@Suite("API keys")
struct APIKeyTests {
    private let maker = UUID()
    private static let hour: Int64 = 3_600_000_000

    private func make(
        _ shop: Shop, _ scopes: [String] = ["checkout"], expiresAt: Instant? = nil, key: RequestKey? = nil
    ) async throws -> String {
        let kept = try await shop.service.createAPIKey(
            APIKeyBody(scopes: scopes, expiresAt: expiresAt), by: maker, idempotencyKey: key, at: Shop.now, answer: text
        )
        return String(decoding: kept.body, as: UTF8.self)
    }

    /// What a test is told of a key: id and text.
    private var text: @Sendable (FreshAPIKey) -> KeptAnswer {
        { KeptAnswer(status: 201, body: Array("\(UUIDText.text($0.view.id)) \($0.key)".utf8)) }
    }

    private func id(_ made: String) throws -> UUID { try #require(UUIDText.parse(String(made.prefix(36)))) }
    private func key(_ made: String) -> String { String(made.dropFirst(37)) }

    private func after(_ micros: Int64) -> Instant { Instant(micros: Shop.now.micros + micros) }

    @Test("a key opens until it expires, and its text is nowhere in the database")
    func expiry() async throws {
        try await Shop.with { shop in
            let made = key(try await make(shop, ["support", "member:read"], expiresAt: after(Self.hour)))
            let principal = try await shop.service.authenticate(made, at: Shop.now)
            #expect(principal?.scopes == [.support, .memberRead])
            #expect(try await shop.service.authenticate(made, at: after(Self.hour - 1)) != nil)
            #expect(try await shop.service.authenticate(made, at: after(Self.hour)) == nil)
            let other = String(made.dropLast()) + (made.hasSuffix("A") ? "B" : "A")
            for wrong in ["", "treue_", other, String(repeating: "x", count: 49)] {
                #expect(try await shop.service.authenticate(wrong, at: Shop.now) == nil)
            }
            #expect(
                try await shop.number("SELECT count(*) FROM treue.api_key_secret WHERE octet_length(hash) = 32") == 1)
        }
    }

    @Test("a key cannot be made to end in the past")
    func expiryPassed() async throws {
        try await Shop.with { shop in
            let error = await #expect(throws: ServiceError.self) { try await make(shop, expiresAt: Shop.now) }
            #expect(error?.status == 422 && error?.faults.map(\.pointer) == ["/expires_at"])
        }
    }

    @Test("a revoked key ends here at once, on another server within the time that it is remembered")
    func revocation() async throws {
        try await Shop.with(servers: 2) { shop in
            let made = try await make(shop)
            let text = key(made)
            for service in shop.services { #expect(try await service.authenticate(text, at: Shop.now) != nil) }
            try await shop.service.revokeAPIKey(try id(made), by: maker, at: Shop.now)
            #expect(try await shop.service.authenticate(text, at: Shop.now) == nil)
            #expect(try await shop.other.authenticate(text, at: after(PrincipalCache.lifetime)) == nil)
            let error = await #expect(throws: ServiceError.self) {
                try await shop.service.revokeAPIKey(try id(made), by: maker, at: Shop.now)
            }
            #expect(error == .apiKeyNotFound)
        }
    }

    @Test("after a rotation both texts open until the overlap ends, then the new one alone")
    func rotation() async throws {
        try await Shop.with { shop in
            let made = try await make(shop)
            let old = key(made)
            let kept = try await shop.service.rotateAPIKey(
                try id(made), RotationBody(overlapSeconds: 3600), by: maker, idempotencyKey: nil, at: Shop.now,
                answer: text)
            let new = key(String(decoding: kept.body, as: UTF8.self))
            #expect(new != old)
            let principals = [
                try await shop.service.authenticate(old, at: Shop.now),
                try await shop.service.authenticate(new, at: Shop.now),
            ]
            #expect(principals[0] != nil && principals[0] == principals[1])
            #expect(try await shop.service.authenticate(old, at: after(Self.hour)) == nil)
            #expect(try await shop.service.authenticate(new, at: after(Self.hour)) != nil)
            let view = try await shop.service.apiKeys(at: Shop.now, page: PageRequest()).items.first
            #expect(view?.overlapUntil == after(Self.hour))
        }
    }

    @Test("a key that is rotated over and over keeps a bounded number of texts")
    func manyRotations() async throws {
        try await Shop.with { shop in
            let made = try await make(shop)
            var texts = [key(made)]
            for _ in 0..<12 {
                let kept = try await shop.service.rotateAPIKey(
                    try id(made), RotationBody(), by: maker, idempotencyKey: nil, at: Shop.now, answer: text)
                texts.append(key(String(decoding: kept.body, as: UTF8.self)))
            }
            var open = 0
            for text in texts where try await shop.service.authenticate(text, at: Shop.now) != nil { open += 1 }
            #expect(open == APIKeyStore.mostSecrets)
            #expect(try await shop.service.authenticate(texts[12], at: Shop.now) != nil)
        }
    }

    @Test("what has ended cannot be rotated")
    func rotationOfEnded() async throws {
        try await Shop.with { shop in
            let made = try await make(shop, expiresAt: after(1))
            func rotate(_ id: UUID, at: Instant) async throws {
                _ = try await shop.service.rotateAPIKey(
                    id, RotationBody(), by: maker, idempotencyKey: nil, at: at, answer: text)
            }
            let expired = await #expect(throws: ServiceError.self) { try await rotate(try id(made), at: after(1)) }
            #expect(expired == .apiKeyExpired)
            let unknown = await #expect(throws: ServiceError.self) { try await rotate(UUID(), at: Shop.now) }
            #expect(unknown == .apiKeyNotFound)
        }
    }

    @Test("the list is newest first, page by page, and says when a key was last used")
    func list() async throws {
        try await Shop.with { shop in
            var made: [UUID] = []
            for _ in 0..<5 { made.append(try id(try await make(shop))) }
            var seen: [UUID] = []
            var cursor: String?
            repeat {
                let page = try await shop.service.apiKeys(at: Shop.now, page: PageRequest(limit: 2, cursor: cursor))
                seen += page.items.map(\.id)
                cursor = page.nextCursor
            } while cursor != nil
            // All were made at one instant, and their ids tell no order within it.
            #expect(seen.count == made.count && Set(seen) == Set(made))
            let text = key(try await make(shop))
            _ = try await shop.service.authenticate(text, at: after(7))
            await shop.service.noteUses()
            let views = try await shop.service.apiKeys(at: Shop.now, page: PageRequest()).items
            #expect(views.compactMap(\.lastUsedAt) == [after(7)])
            await #expect(throws: ServiceError.cursorInvalid) {
                try await shop.service.apiKeys(at: Shop.now, page: PageRequest(limit: 2, cursor: "x"))
            }
        }
    }

    @Test("each act is in the audit trail and the log verifies; a refused one leaves none")
    func audit() async throws {
        try await Shop.with { shop in
            let made = try await make(shop, ["admin"])
            let id = try id(made)
            _ = try await shop.service.rotateAPIKey(
                id, RotationBody(), by: maker, idempotencyKey: nil, at: Shop.now, answer: text)
            try await shop.service.revokeAPIKey(id, by: maker, at: Shop.now)
            _ = try? await shop.service.revokeAPIKey(id, by: maker, at: Shop.now)
            let first = try await shop.service.auditTrail(page: PageRequest(limit: 2))
            #expect(first.items.map(\.act.action) == ["api_key.revoked", "api_key.rotated"])
            let rest = try await shop.service.auditTrail(page: PageRequest(limit: 2, cursor: first.nextCursor))
            #expect(rest.items.map(\.act.action) == ["api_key.created"] && rest.nextCursor == nil)
            #expect(
                (first.items + rest.items).allSatisfy {
                    $0.actor == .apiKey(maker) && $0.act.target == UUIDText.text(id)
                })
            #expect(rest.items[0].act.facts == [JSONMember("scopes", .array([.string("admin")]))])
            let secrets = try await shop.number("SELECT count(*) FROM treue.event WHERE data::text LIKE '%treue_%'")
            #expect(secrets == 0)
            let verified = try await shop.client.withLease { try await LogVerifier(log: shop.log).verify(on: $0) }
            #expect(verified.findings.isEmpty && verified.events == 3)
        }
    }

    @Test("many acts at once, by two servers, are all recorded")
    func manyActs() async throws {
        try await Shop.with(servers: 2) { shop in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<40 {
                    group.addTask {
                        _ = try await shop.services[index % 2].createAPIKey(
                            APIKeyBody(scopes: ["checkout"]), by: maker, idempotencyKey: nil, at: Shop.now, answer: text
                        )
                    }
                }
                try await group.waitForAll()
            }
            let page = try await shop.service.auditTrail(page: PageRequest(limit: 200))
            #expect(page.items.map(\.version) == Array((1...40).reversed()))
        }
    }
}

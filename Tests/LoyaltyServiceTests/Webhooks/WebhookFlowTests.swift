import Foundation
import Loyalty
import Postgres
import Testing
import Wire

@testable import LoyaltyService

@Suite("webhooks")
struct WebhookFlowTests {
    private static let good = "https://good.example/a"
    private static let bad = "https://bad.example/a"

    @Test("what happens to members arrives signed, once, and in order for each of them")
    func arrives() async throws {
        try await WebhookFixture.with { fixture in
            let endpoint = try await fixture.register(Self.good)
            try await fixture.delivering {
                let members = try await fixture.buy(members: 5, times: 4)
                try await fixture.until("not everything arrived") {
                    fixture.endpoints.taken(at: Self.good).count == 5 * (1 + 4)
                }
                for member in members {
                    let mine = fixture.endpoints.taken(at: Self.good).filter { $0.member == UUIDText.text(member) }
                    #expect(mine.map(\.type) == ["member.enrolled"] + Array(repeating: "points.earned", count: 4))
                    #expect(mine.map(\.version) == mine.map(\.version).sorted())
                }
            }
            let sent = fixture.endpoints.sent
            #expect(Set(sent.map(\.id)).count == sent.count)
            let first = try #require(sent.first)
            let headers = Dictionary(first.request.headers.map { ($0.name, $0.value) }) { first, _ in first }
            let seconds = try #require(Int64(headers["webhook-timestamp"] ?? ""))
            let signature = WebhookSecret.signatures(
                by: [endpoint.secret], id: first.id, seconds: seconds, body: first.request.body)
            #expect(headers["webhook-signature"] == signature)
            #expect(headers["content-type"] == "application/cloudevents+json")
        }
    }

    @Test("refusals keep the order of a member, and cost other members nothing")
    func orderUnderRefusal() async throws {
        try await WebhookFixture.with { fixture in
            _ = try await fixture.register(Self.good)
            fixture.endpoints.refuse("points.earned", times: 12)
            try await fixture.delivering {
                let members = try await fixture.buy(members: 3, times: 5)
                try await fixture.until("not everything arrived") {
                    fixture.endpoints.taken(at: Self.good).count == 18
                }
                for member in members {
                    let versions = fixture.endpoints.taken(at: Self.good).filter {
                        $0.member == UUIDText.text(member)
                    }.map(\.version)
                    #expect(versions == versions.sorted() && Set(versions).count == versions.count)
                }
            }
        }
    }

    @Test("an endpoint that hangs or refuses costs another nothing")
    func otherEndpoint() async throws {
        try await WebhookFixture.with { fixture in
            _ = try await fixture.register(Self.bad)
            _ = try await fixture.register("https://refuses.example/a")
            _ = try await fixture.register(Self.good)
            fixture.endpoints.hang(at: Self.bad)
            fixture.endpoints.answer(.status(500), at: "https://refuses.example/a")
            try await fixture.delivering {
                _ = try await fixture.buy(members: 30)
                try await fixture.until("the good one waited") { fixture.endpoints.taken(at: Self.good).count == 60 }
            }
        }
    }

    @Test("an endpoint gets what it asked for, from the moment it was made")
    func filter() async throws {
        try await WebhookFixture.with { fixture in
            _ = try await fixture.buy(members: 1, prefix: "before")
            let late = try await fixture.shop.service.createWebhookEndpoint(
                WebhookEndpointBody(url: try WebhookURL.read(Self.bad).get()),
                at: Instant(micros: Shop.now.micros + 1_000_000))
            let some = try await fixture.register(Self.good, types: [.pointsEarned])
            try await fixture.delivering {
                _ = try await fixture.buy(members: 2, prefix: "after")
                try await fixture.until("it did not arrive") { fixture.endpoints.taken(at: Self.good).count >= 2 }
            }
            #expect(Set(fixture.endpoints.taken(at: Self.good).map(\.type)) == ["points.earned"])
            #expect(try await fixture.states(of: late.endpoint.id) == [:], "recorded before it was made")
            #expect(try await fixture.states(of: some.endpoint.id)[.delivered, default: 0] >= 2)
        }
    }

    @Test("an endpoint that is deleted while its messages are made gets none, and stops nobody else's")
    func deletedMeanwhile() async throws {
        try await WebhookFixture.with { fixture in
            let kept = try await fixture.register(Self.good)
            let gone = try await fixture.register(Self.bad)
            let client = fixture.shop.client
            try await client.withLease { lease in
                // Whoever makes messages has read both endpoints, and now waits for who deletes one.
                try await lease.execute("BEGIN")
                _ = try await WebhookEndpointStore().delete(gone.endpoint.id, on: lease)
                async let written: Void = client.withLease { other in
                    let new = [gone, kept].enumerated().map { number, endpoint in
                        WebhookDeliveryStore.New(
                            id: UUID(), endpoint: endpoint.endpoint.id, member: UUID(), messageID: "evt_0_1_\(number)",
                            type: .pointsEarned, body: [])
                    }
                    try await other.transaction {
                        try await WebhookDeliveryStore().insert(new, at: Shop.now, keepUntil: Shop.now, on: other)
                    }
                }
                try await fixture.until("nobody waited") {
                    try await client.query(
                        "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%webhook_delivery%'"
                    ).count == 1
                }
                try await lease.execute("COMMIT")
                try await written
            }
            let rows = try await client.query("SELECT endpoint_id FROM treue.webhook_delivery")
            #expect(try rows.map { try $0.uuid(0) } == [kept.endpoint.id])
        }
    }

    @Test("what is refused to the last attempt is given up, listed, and can be replayed")
    func deadLetters() async throws {
        try await WebhookFixture.with({ $0.maximumAttempts = 3 }) { fixture in
            let id = try await fixture.register(Self.good, types: [.pointsEarned]).endpoint.id
            fixture.endpoints.answer(.status(500), at: Self.good)
            try await fixture.delivering {
                _ = try await fixture.buy(members: 1, times: 3)
                try await fixture.until("it was not given up") { try await fixture.states(of: id) == [.dead: 3] }
                let dead = try await fixture.shop.service.webhookDeliveries(
                    of: id, state: .dead, at: Shop.now, page: PageRequest(limit: 2))
                #expect(dead.items.allSatisfy { $0.attempts == 3 && $0.lastStatus == 500 && $0.lastError != nil })
                let rest = try await fixture.shop.service.webhookDeliveries(
                    of: id, state: .dead, at: Shop.now, page: PageRequest(limit: 2, cursor: dead.nextCursor))
                #expect(dead.items.count == 2 && rest.items.count == 1 && rest.nextCursor == nil)
                fixture.endpoints.answer(.status(200), at: Self.good)
                let count = try await fixture.shop.service.replayWebhooks(
                    of: id, WebhookReplay(), at: WebhookFixture.clock())
                #expect(count == 3)
                try await fixture.until("it was not replayed") { try await fixture.states(of: id) == [.delivered: 3] }
                let versions = fixture.endpoints.taken(at: Self.good).map(\.version)
                #expect(versions == versions.sorted())
                let one = WebhookReplay(delivery: UUIDText.text(dead.items[0].id))
                #expect(try await fixture.shop.service.replayWebhooks(of: id, one, at: WebhookFixture.clock()) == 1)
                try await fixture.until("one was not sent again") {
                    fixture.endpoints.taken(at: Self.good).count == 4
                }
            }
            await #expect(throws: ServiceError.webhookDeliveryNotFound) {
                try await fixture.shop.service.replayWebhooks(
                    of: id, WebhookReplay(delivery: UUIDText.text(UUID())), at: Shop.now)
            }
        }
    }

    @Test("a server that ends in the middle leaves the rest to the next one: nothing is lost, order is kept")
    func takeover() async throws {
        try await WebhookFixture.with { fixture in
            _ = try await fixture.register(Self.good)
            // Fewer than an attempt may have: they may all meet one message.
            fixture.endpoints.refuse("points.earned", times: 10)
            let members = try await fixture.buy(members: 4, times: 10)
            @Sendable func arrived() -> Int { Set(fixture.endpoints.taken(at: Self.good).map(\.id)).count }
            for round in 1...6 {
                try await fixture.delivering {
                    try await fixture.until("nothing arrived") { arrived() >= min(44, round * 8) }
                }
            }
            for member in members {
                var versions: [Int64] = []
                for sent in fixture.endpoints.taken(at: Self.good) where sent.member == UUIDText.text(member) {
                    // A repeat is allowed, going back is not.
                    if sent.version != versions.last { versions.append(sent.version) }
                }
                #expect(versions.count == 11 && versions == versions.sorted())
            }
        }
    }

    @Test("after a rotation both secrets sign, and in the end the new one alone")
    func rotation() async throws {
        try await WebhookFixture.with { fixture in
            let old = try await fixture.register(Self.good)
            let new = try await fixture.shop.service.rotateWebhookSecret(
                of: old.endpoint.id, WebhookRotation(overlapSeconds: 3_600), at: WebhookFixture.clock())
            #expect(new.secret != old.secret && new.endpoint.previousSecretUntil != nil)
            @Sendable func signatures() async throws -> [String] {
                let before = fixture.endpoints.sent.count
                _ = try await fixture.buy(members: 1, prefix: "r\(before)")
                try await fixture.until("nothing arrived") { fixture.endpoints.sent.count > before }
                let sent = fixture.endpoints.sent[before].request
                let headers = Dictionary(sent.headers.map { ($0.name, $0.value) }) { first, _ in first }
                return (headers["webhook-signature"] ?? "").split(separator: " ").map(String.init)
            }
            try await fixture.delivering {
                #expect(try await signatures().count == 2)
                _ = try await fixture.shop.service.rotateWebhookSecret(
                    of: old.endpoint.id, WebhookRotation(overlapSeconds: 0), at: WebhookFixture.clock())
                #expect(try await signatures().count == 1)
            }
        }
    }

    @Test("an endpoint that answers 410 is disabled; one that is disabled is sent nothing; enabled it goes on")
    func disabled() async throws {
        try await WebhookFixture.with { fixture in
            let id = try await fixture.register(Self.good).endpoint.id
            fixture.endpoints.answer(.status(410), at: Self.good)
            try await fixture.delivering {
                // At once, so that both messages are there before the first is answered.
                _ = try await fixture.shop.service.record(
                    .purchase("p", by: .external("new"), day: 1), receivedAt: Shop.now
                ).get()
                try await fixture.until("it was not disabled") {
                    try await !fixture.shop.service.webhookEndpoint(id, at: Shop.now).isEnabled
                }
                let reason = try await fixture.shop.service.webhookEndpoint(id, at: Shop.now).disabledReason
                #expect(reason == "the endpoint answered 410 Gone")
                fixture.endpoints.answer(.status(200), at: Self.good)
                let enabled = try await fixture.shop.service.updateWebhookEndpoint(
                    id, WebhookEndpointChange(isEnabled: true), at: WebhookFixture.clock())
                #expect(enabled.isEnabled && enabled.disabledReason == nil)
                try await fixture.until("what waited was not sent") {
                    try await fixture.states(of: id)[.delivered, default: 0] == 2
                }
            }
            try await fixture.shop.service.deleteWebhookEndpoint(id)
            await #expect(throws: ServiceError.webhookEndpointNotFound) {
                try await fixture.shop.service.webhookEndpoint(id, at: Shop.now)
            }
            #expect(try await fixture.shop.number("SELECT count(*) FROM treue.webhook_delivery") == 0)
        }
    }

    @Test("private addresses and plain http are refused at once, unless they are allowed")
    func addresses() async throws {
        try await WebhookFixture.with { fixture in
            for url in ["http://good.example/", "https://127.0.0.1/", "https://localhost/", "https://[::1]/"] {
                let error = await #expect(throws: ServiceError.self) { try await fixture.register(url) }
                #expect(error?.code == "validation_failed" && error?.faults.first?.pointer == "/url")
            }
        }
        try await WebhookFixture.with({ $0.allowsPrivateNetwork = true }) { fixture in
            _ = try await fixture.register("http://127.0.0.1:3000/")
        }
    }

    @Test("a request under one Idempotency-Key makes one endpoint, and its act is in the audit trail")
    func onceAndAudited() async throws {
        try await WebhookFixture.with { fixture in
            let maker = UUID()
            let key = RequestKey(apiKey: maker, route: "POST /v1/webhook_endpoints", text: "k")
            let body = WebhookEndpointBody(url: try WebhookURL.read(Self.good).get())
            @Sendable func create(_ body: WebhookEndpointBody) async throws -> KeptAnswer {
                try await fixture.shop.service.createWebhookEndpoint(
                    body, by: maker, idempotencyKey: key, at: Shop.now
                ) { KeptAnswer(status: 201, body: Array($0.secret.text.utf8)) }
            }
            let answers = try await withThrowingTaskGroup(of: KeptAnswer.self) { group in
                for _ in 0..<8 { group.addTask { try await create(body) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(Set(answers.map(\.body)).count == 1 && answers.count { !$0.isReplayed } == 1)
            await #expect(throws: ServiceError.idempotencyKeyReused) {
                try await create(WebhookEndpointBody(url: body.url, isEnabled: false))
            }
            let trail = try await fixture.shop.service.auditTrail(page: PageRequest())
            #expect(trail.items.map(\.act.action) == ["webhook_endpoint.created"])
            #expect(trail.items.first?.actor == .apiKey(maker))
        }
    }

    @Test("no secret is in the database in the clear")
    func sealed() async throws {
        try await WebhookFixture.with { fixture in
            let made = try await fixture.register(Self.good)
            let rows = try await fixture.shop.client.query("SELECT secret, secret_key FROM treue.webhook_endpoint")
            for bytes in [try rows[0].bytes(0), try rows[0].bytes(1)] {
                #expect(bytes.firstRange(of: made.secret.bytes) == nil)
            }
        }
    }

    @Test("the trace of a purchase's request is in the header and body of what follows from it")
    func trace() async throws {
        try await WebhookFixture.with { fixture in
            _ = try await fixture.register(Self.good, types: [.pointsEarned])
            let trace = try #require(TraceParent("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
            let member = try await fixture.shop.somebody()
            _ = try await fixture.shop.service.record(
                IncomingEvent.purchase("traced", by: .id(member)).traced(by: trace), receivedAt: Shop.now
            ).get()
            try await fixture.delivering {
                try await fixture.until("it did not arrive") { !fixture.endpoints.sent.isEmpty }
            }
            let sent = try #require(fixture.endpoints.sent.first).request
            #expect(sent.headers.contains { $0.name == "traceparent" && $0.value == trace.text })
            #expect(WebhookEnvelope.traceparent(in: sent.body) == trace.text)
        }
    }
}

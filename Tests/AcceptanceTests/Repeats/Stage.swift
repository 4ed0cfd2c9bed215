import Foundation
import Synchronization

/// Two servers of one database, and what requests to them need.
final class Stage: Sendable {
    static let secret = "what the shops sign with"

    let place: Place
    let servers: [RunningTreue]
    private let numbers = Atomic(1_000)
    private let other = Mutex<String?>(nil)

    /// Both servers have one administrator: a repeat is one of the same API key.
    var key: String { servers[0].key }

    init() async throws {
        let folder = try Place()
        let programme = try folder.file("programme.yaml", Self.programme)
        place = try Place(
            programme: programme,
            variables: [
                "TREUE_SHOPIFY_SECRET": Self.secret, "TREUE_WOOCOMMERCE_SECRET": Self.secret,
                // So many that some stay without events: see ``stoppedPartition()``.
                "PGOPTIONS": "-c treue.partitions=512",
            ])
        self.folder = folder
        servers = [try await place.serve(), try await place.serve()]
    }

    /// Keeps the programme's file.
    private let folder: Place

    func stop() async throws { for server in servers { try await server.stop() } }

    /// A number that no other call is given.
    func next() -> Int { numbers.add(1, ordering: .relaxed).newValue }

    /// POST of something that must go well.
    func post(_ path: String, _ body: String) async throws -> JSON {
        let reply = try await servers[0].post(path, body)
        guard reply.isDone else { throw TookTooLong(description: "\(path): \(reply.status) \(reply.text)") }
        return try reply.json
    }

    /// A new member.
    func member(having points: Int = 0) async throws -> String {
        let id = try await servers[0].enrol("member-\(next())")
        if points > 0 {
            _ = try await post("/v1/members/\(id)/adjustments", #"{"points": \#(points), "reason_code": "goodwill"}"#)
        }
        return id
    }

    /// A new household.
    func household() async throws -> String { try await post("/v1/households", "{}")["id"].text }

    /// The e-mail address of a new member.
    func address() async throws -> String {
        let email = "shopper-\(next())@example.org"
        _ = try await post("/v1/members", #"{"email": "\#(email)"}"#)
        return email
    }

    /// A redemption of a new member.
    func redemption(_ body: String = #"{"points": 20}"#) async throws -> JSON {
        try await post("/v1/members/\(try await member(having: 50))/redemptions", body)
    }

    /// A key that asked for nothing yet.
    func second() async throws -> String {
        if let key = other.withLock({ $0 }) { return key }
        let key = try await post("/v1/api_keys", #"{"scopes": ["support"]}"#)["key"].text
        other.withLock { $0 = key }
        return key
    }

    /// A partition without events, at whose first one the projection `daily` is made to stand still.
    func stoppedPartition() async throws -> Int {
        try await place.count(
            """
            WITH free AS (
                SELECT partition FROM treue.head h
                 WHERE position = 0 AND NOT EXISTS (SELECT FROM treue.follower_fault f WHERE f.partition = h.partition)
                 ORDER BY partition DESC LIMIT 1),
            place AS (
                INSERT INTO treue.checkpoint (position, partition, projection)
                SELECT 0, partition, 'daily' FROM free ON CONFLICT DO NOTHING)
            INSERT INTO treue.follower_fault
                   (first_at, last_at, position, partition, attempts, stream_id, projection, type, state, error)
            SELECT now(), now(), 1, partition, 1, gen_random_uuid(), 'daily', 'none', 'stopped', 'a try' FROM free
            RETURNING partition
            """)
    }

    /// HMAC-SHA256 in Base64, worked out by Python.
    func signature(of body: String) async throws -> String {
        try await onThread { [place] in
            let file = try place.file("signed-\(UUID().uuidString)", body)
            let program =
                "import base64,hmac,sys;print(base64.b64encode(hmac.new(sys.argv[1].encode(),"
                + "open(sys.argv[2],'rb').read(),'sha256').digest()).decode())"
            let process = try Spawned(
                "/usr/bin/env", ["python3", "-c", program, Self.secret, file],
                environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"],
                files: "\(file)-out")
            guard try process.wait() == .exited(0) else { throw TookTooLong(description: process.errors) }
            return process.output.trimmingCharacters(in: .newlines)
        }
    }

    /// How much of everything there is that a request can make. What follows from the log by itself is not counted.
    func inventory() async throws -> [String: Int] {
        let text = try await place.sql(
            """
            SELECT 'event', count(*) FROM treue.event
            UNION ALL SELECT 'member', count(*) FROM treue.member
            UNION ALL SELECT 'identifier', count(*) FROM treue.identifier
            UNION ALL SELECT 'operation', count(*) FROM treue.operation
            UNION ALL SELECT 'key', count(*) FROM treue.api_key
            UNION ALL SELECT 'secret', count(*) FROM treue.api_key_secret
            UNION ALL SELECT 'endpoint', count(*) FROM treue.webhook_endpoint
            UNION ALL SELECT 'adjustment', count(*) FROM treue.adjustment_request
            UNION ALL SELECT 'approved', count(approved_at) FROM treue.adjustment_request
            UNION ALL SELECT 'allowance', count(*) FROM treue.agent_act
            UNION ALL SELECT 'errand', count(*) FROM treue.errand
            UNION ALL SELECT 'hold', count(*) FROM treue.stock_hold
            UNION ALL SELECT 'order', count(*) FROM treue.connector_order
            UNION ALL SELECT 'code', count(*) FROM treue.voucher_code
            UNION ALL SELECT 'household', count(*) FROM treue.household_member
            UNION ALL SELECT 'fault ' || state, count(*) FROM treue.follower_fault GROUP BY state
            """)
        let rows = text.split(separator: "\n").map { $0.split(separator: "|") }
        return Dictionary(uniqueKeysWithValues: rows.map { (String($0[0]), Int($0[1]) ?? -1) })
    }

    /// Waits until no long work is under way.
    func rest() async throws {
        try await onThread { [server = servers[0]] in
            let client = server.client()
            try waitUntil("the end of all operations") {
                try client.send("GET", "/v1/operations").json["data"].elements.allSatisfy { $0["state"] != "running" }
            }
        }
    }

    private static let programme = """
        id: club
        name: Club
        currencies: [USD]
        enrolment: automatic
        versions:
          - earning: [{id: base, points: 1, per: 1.00}]
            tiers:
              levels: [{id: member, name: Member}, {id: gold, name: Gold, spend: 100000}]
            rewards:
              - {id: mug, name: Mug, kind: voucher, points: 20, value: 5.00, stock: 1000, voucher: {valid_days: 30}}
              - {id: ticket, name: Ticket, kind: voucher, points: 20, voucher: {codes: pool}}
            redemption: {point_value: 0.01}
            plans: [{id: plus, name: Plus, fee: 10.00, months: 12, tier: gold}]
            adjustments: {reasons: [goodwill], daily_limit: 100000, approval_above: 1000}
        """
}

import HTTPTypes
import LoyaltyService
import Synchronization
import Testing

@testable import HTTPAPI

@Suite("lists")
struct ListRouteTests {
    private static let path = "/v1/members/01980000-0000-7000-8000-000000000001"

    @Test("the ledger has the shape that is promised, with what is due and not recorded")
    func entries() async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(.get, Self.path + "/entries")
            #expect(reply.status == 200)
            #expect(reply.text == Self.entriesAnswer)
        }
    }

    private static let entriesAnswer = """
        {"data":[{"kind":"accrual","wallet":"points","points":139,"pending":false,"rule":"base",\
        "programme_version":1,"event_version":null,"order_id":"536365","source":"/tills/7","redemption_id":null,"lot":"inactivity",\
        "occurred_at":"2025-11-22T08:26:40Z","recorded_at":null,"balance_after":139,\
        "explanation":"1 point per 1.00 GBP on 139.12 GBP"},\
        {"kind":"accrual","wallet":"points","points":139,"pending":false,"rule":"base",\
        "programme_version":1,"event_version":3,"order_id":"536365","source":"/tills/7","redemption_id":null,"lot":"inactivity",\
        "occurred_at":"2025-11-22T08:26:40Z","recorded_at":"2025-11-22T08:26:40Z","balance_after":139,\
        "explanation":"1 point per 1.00 GBP on 139.12 GBP"}],"next_cursor":"next"}
        """

    @Test("the stream shows each event's data as it is stored")
    func events() async throws {
        try await Harness().run { caller in
            let reply = try await caller.call(.get, Self.path + "/events")
            #expect(
                reply.text == """
                    {"data":[{"version":1,"type":"member.enrolled","occurred_at":"2025-11-22T08:26:40Z",\
                    "recorded_at":"2025-11-22T08:26:40Z","data":{"v":1},"metadata":null}],"next_cursor":null}
                    """)
        }
    }

    @Test("limit and cursor reach the service; the limit is 50 where none is given", arguments: ["entries", "events"])
    func paging(list: String) async throws {
        let harness = Harness()
        try await harness.run { caller in
            for query in ["", "?limit=200&cursor=a%2Bb", "?limit=1"] {
                let reply = try await caller.call(.get, "\(Self.path)/\(list)\(query)")
                #expect(reply.status == 200)
            }
        }
        let asked = harness.fake.state.withLock { $0.asked }
        #expect(
            asked == [
                PageRequest(limit: 50), PageRequest(limit: 200, cursor: "a+b"), PageRequest(limit: 1),
            ])
    }

    @Test(
        "wrong paging is 422 with every fault",
        arguments: [
            ("limit=0", ["/limit"]), ("limit=201", ["/limit"]), ("limit=-1", ["/limit"]), ("limit=ten", ["/limit"]),
            ("limit=%2B5", ["/limit"]), ("limit=", ["/limit"]), ("limit=5&limit=6", ["/limit"]),
            ("limit=99999999999999999999&cursor=", ["/limit", "/cursor"]), ("cursor=%FF", ["/cursor"]),
        ] as [(String, [String])])
    func wrongPaging(query: String, pointers: [String]) async throws {
        let harness = Harness()
        try await harness.run { caller in
            for list in ["entries", "events"] {
                let reply = try await caller.call(.get, "\(Self.path)/\(list)?\(query)")
                #expect(reply.status == 422 && reply.code == "validation_failed")
                #expect(reply.pointers == pointers)
            }
        }
        #expect(harness.fake.state.withLock { $0.asked.isEmpty })
    }
}

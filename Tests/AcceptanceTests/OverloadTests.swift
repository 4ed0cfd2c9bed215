import Foundation
import Testing

extension Acceptance {
    @Suite struct Overload {
        @Test("of far more load than it can take, what is accepted is right, the rest is told to wait, and it recovers")
        func overload() async throws {
            let limits = ["TREUE_REQUEST_LIMIT": "4", "TREUE_RATE_LIMIT": "400", "TREUE_RATE_BURST": "100"]
            let place = try Place(variables: limits)
            let server = try await place.serve()
            let member = try await server.enrol("busy")
            let replies = try await onThreads(48) { [port = server.port, key = server.key] number in
                let client = HTTPClient(port: port, key: key)
                return try (0..<25).map { round in
                    try client.post(Sale(id: "\(number)-\(round)", member: "busy", price: 100).json)
                }
            }.flatMap { $0 }
            let accepted = replies.count { $0.status == 201 }
            let refused = replies.filter { $0.status != 201 }
            #expect(replies.count == 1_200 && accepted > 0 && !refused.isEmpty)
            for reply in refused {
                #expect([429, 503].contains(reply.status), "\(reply.text)")
                #expect(reply.headers["retry-after"].flatMap { Int($0) } ?? 0 > 0)
            }
            // It recovers: whoever waits as told is served. Nothing that was refused has left a trace.
            try await onThread { [port = server.port, key = server.key] in
                let client = HTTPClient(port: port, key: key)
                try waitUntil("an answer after the overload") {
                    try client.send("GET", "/v1/members/\(member)/balance").status == 200
                }
            }
            let balance = try await server.balance(member)
            #expect(balance["wallets"]["points"]["available"].number == Int64(accepted))
            #expect(try await server.get("/readyz").status == 200)
            try await server.stop()
        }
    }
}

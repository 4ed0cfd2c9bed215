import Foundation
import Testing

extension Acceptance {
    @Suite struct Stops {
        /// What a client that posts until nobody answers has seen.
        private struct Seen: Sendable {
            var done: [String] = []
            var otherwise: [String] = []
            var end: NoReply?
        }

        /// Posts sale after sale until there is no server any more.
        private static func post(_ number: Int, to server: RunningTreue, begun: @Sendable () -> Void) throws -> Seen {
            var seen = Seen()
            let client = server.client()
            for count in 0..<100_000 {
                let id = "\(number)-\(count)"
                do throws(NoReply) {
                    let reply = try client.post(Sale(id: id, member: "m-\(number % 4)").json)
                    if reply.isDone { seen.done.append(id) } else { seen.otherwise.append(reply.text) }
                } catch {
                    seen.end = error
                    break
                }
                if count == 2 { begun() }
            }
            return seen
        }

        /// Lets ten clients post, ends the server by `signal` in the middle of it, and answers what they saw.
        private func endWhilePosting(_ server: RunningTreue, by signal: Int32) async throws -> [Seen] {
            for number in 0..<4 { _ = try await server.enrol("m-\(number)") }
            let begun = DispatchSemaphore(value: 0)
            return try await withThrowingTaskGroup(of: [Seen].self) { group in
                group.addTask {
                    try await onThreads(10) { number in
                        try Self.post(number, to: server) { begun.signal() }
                    }
                }
                try await onThread {
                    for _ in 0..<10 { begun.wait() }
                    server.process.signal(signal)
                }
                return try await group.next() ?? []
            }
        }

        /// The ids in the log.
        private func recorded(_ place: Place) async throws -> Set<String> {
            let ids = try await place.sql("SELECT data->>'order_id' FROM treue.event WHERE type = 'purchase.completed'")
            return Set(ids.split(separator: "\n").map(String.init))
        }

        @Test("a request that was half there when SIGTERM came gets its full answer")
        func halfSentRequests() async throws {
            let place = try Place()
            let server = try await place.serve()
            _ = try await server.enrol("ada")
            let replies = try await onThread {
                let clients = (0..<10).map { _ in server.client() }
                let bodies = (0..<10).map { Array(Sale(id: "s-\($0)", member: "ada").json.utf8) }
                for (client, body) in zip(clients, bodies) {
                    // An answer first, so that the server has the connection beyond doubt.
                    _ = try client.send("GET", "/livez")
                    try client.begin(
                        "POST", "/v1/events", headers: ["Content-Type": "application/json"], body: body, held: 5)
                }
                // The server reads what came before this answer was asked for.
                _ = try server.client().send("GET", "/livez")
                server.process.signal(SIGTERM)
                try waitUntil("the end of listening") {
                    do throws(NoReply) { _ = try HTTPClient(port: server.port, key: nil).send("GET", "/livez") } catch {
                        return error == .refused
                    }
                    return false
                }
                return try zip(clients, bodies).map { client, body in try client.finish(Array(body.suffix(5))) }
            }
            #expect(replies.map(\.status) == Array(repeating: 201, count: 10))
            #expect(try await onThread { try server.process.wait() } == .exited(0))
            let after = try await place.serve()
            #expect(try await recorded(place).count == 10)
            try await after.stop()
        }

        @Test("SIGTERM amid requests: every answer is whole, and what was answered 2xx is there afterwards")
        func sigtermAmidRequests() async throws {
            let place = try Place()
            let server = try await place.serve()
            let seen = try await endWhilePosting(server, by: SIGTERM)
            #expect(try await onThread { try server.process.wait() } == .exited(0))
            for client in seen {
                #expect(client.end == .refused || client.end == .closed)
                for text in client.otherwise { #expect(text.contains("overloaded") || text.contains("not_ready")) }
            }
            let after = try await place.serve()
            let there = try await recorded(place)
            #expect(Set(seen.flatMap(\.done)).subtracting(there) == [])
            try await after.stop()
        }

        @Test("kill -9 amid requests: the next start finds the cluster, and what was answered 2xx is there")
        func killAmidRequests() async throws {
            let place = try Place()
            let server = try await place.serve()
            let seen = try await endWhilePosting(server, by: SIGKILL)
            _ = try await onThread { try server.process.wait() }
            let done = Set(seen.flatMap(\.done))
            #expect(done.count >= 30)
            let after = try await place.serve()
            #expect(done.subtracting(try await recorded(place)) == [])
            #expect(try await place.gaps() == 0)
            try await after.stop()
            #expect(try await place.treue("log", "verify", "--json").code == 0)
            #expect(try await place.treue("projections", "verify", "--json").code == 0)
        }
    }
}

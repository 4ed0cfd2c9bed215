import Foundation
import Testing

extension Acceptance {
    /// What a checkout sends again because it heard no answer.
    @Suite struct Repeats {
        private static let times = 200

        @Test(
            "200 identical POSTs at once over two servers: one effect and equal answers, on every route that there is")
        func everyPost() async throws {
            let stage = try await Stage()
            try await #expect(described(stage) == Set(PostRoute.all.map(\.path)))
            for route in PostRoute.all {
                // What one request does is what all of them together may do.
                let alone = try await effect(of: route, stage, times: 1).change
                let (change, replies) = try await effect(of: route, stage, times: Self.times)
                #expect(change == alone, "\(route.path)")
                #expect(route.isQuestion || !alone.isEmpty, "\(route.path)")
                check(replies, of: route)
            }
            try await stage.rest()
            #expect(try await stage.place.gaps() == 0)
            try await stage.stop()
        }

        /// What a new request of the route changes, however often it is sent at once.
        private func effect(
            of route: PostRoute, _ stage: Stage, times: Int
        ) async throws -> (change: [String: Int], replies: [Reply]) {
            let attempt = try await route.attempt(stage)
            try await stage.rest()
            let before = try await stage.inventory()
            let replies = try await send(attempt, named: "\(route.path) \(stage.next())", stage, times: times)
            let after = try await stage.inventory()
            let change = after.merging(before) { $0 - $1 }.filter { $0.value != 0 }
            return (change, replies)
        }

        private func send(
            _ attempt: PostRoute.Attempt, named name: String, _ stage: Stage, times: Int
        ) async throws -> [Reply] {
            var headers = attempt.headers
            headers["Idempotency-Key"] = name
            headers["Content-Type"] = "application/json"
            let key = attempt.key ?? stage.key
            return try await onThreads(times) { [headers, ports = stage.servers.map(\.port)] number in
                try HTTPClient(port: ports[number % ports.count], key: key).send(
                    "POST", attempt.path, headers: headers, body: attempt.body.map { Array($0.utf8) })
            }
        }

        private func check(_ replies: [Reply], of route: PostRoute) {
            #expect(replies.count == Self.times)
            let odd = replies.first { !$0.isDone }
            #expect(odd == nil, "\(route.path): \(odd?.status ?? 0) \(odd?.text ?? "")")
            guard route.isOwnKey else {
                #expect(Set(replies.map(\.status)).count == 1, "\(route.path)")
                #expect(Set(replies.map(\.body)).count == 1, "\(route.path): \(replies[0].text)")
                let fresh = replies.filter { $0.headers["idempotent-replayed"] == nil }
                #expect(fresh.count == 1, "\(route.path)")
                return
            }
            // These say of a repeat that it is one, and the same in everything else.
            let texts = replies.map { $0.text.replacing("\"duplicate\"", with: "\"accepted\"") }
            #expect(Set(texts).count == 1, "\(route.path): \(Set(texts))")
            #expect(replies.filter { $0.text.contains("\"accepted\"") }.count == 1, "\(route.path)")
        }

        /// Every POST of the document that the server gives, which is every POST of its router.
        private func described(_ stage: Stage) async throws -> Set<String> {
            var (path, found) = ("", Set<String>())
            for line in try await stage.servers[0].get("/openapi.yaml").text.split(separator: "\n") {
                if line.hasPrefix("  /"), line.hasSuffix(":") { path = String(line.dropFirst(2).dropLast()) }
                if line == "    post:" { found.insert(path) }
            }
            return found
        }
    }
}

import Foundation
import Testing

extension Acceptance {
    @Suite struct Locks {
        @Test("keys made, rotated and revoked over HTTP work on every server, and the trail says who did it")
        func keys() async throws {
            let place = try Place()
            let server = try await place.serve()
            let other = try await place.serve()
            let made = try await server.post("/v1/api_keys", #"{"name": "till", "scopes": ["checkout"]}"#).json
            let (id, first) = (made["id"].text, made["key"].text)
            func ask(_ server: RunningTreue, _ key: String) async throws -> Int {
                try await onThread { [port = server.port] in
                    try HTTPClient(port: port, key: key).send("GET", "/v1/members?card=1").status
                }
            }
            // Nobody has the card: whoever may ask is told so.
            #expect(try await ask(server, first) == 404)
            #expect(try await ask(other, first) == 404)
            let rotated = try await server.post("/v1/api_keys/\(id)/rotate", #"{"overlap_seconds": 600}"#).json
            for key in [first, rotated["key"].text] { #expect(try await ask(other, key) == 404) }
            #expect(try await server.send("DELETE", "/v1/api_keys/\(id)").status == 204)
            for key in [first, rotated["key"].text] { #expect(try await ask(server, key) == 401) }
            try await onThread { [port = other.port] in
                let client = HTTPClient(port: port, key: first)
                try waitUntil("the end of a revoked key on another server") {
                    try client.send("GET", "/v1/members?card=1").status == 401
                }
            }
            let acts = try await other.get("/v1/audit").json["data"].elements.map { $0["action"].text }
            #expect(acts.prefix(3) == ["api_key.revoked", "api_key.rotated", "api_key.created"])
            try await server.stop()
            try await other.stop()
        }

        @Test("200 identical requests over two servers make one key, and all are given it")
        func once() async throws {
            let place = try Place()
            let servers = [try await place.serve(), try await place.serve()]
            // A repeat is one of the same API key.
            let key = servers[0].key
            let replies = try await onThreads(50) { [ports = servers.map(\.port)] number in
                let client = HTTPClient(port: ports[number % 2], key: key)
                return try (0..<4).map { _ in
                    try client.send(
                        "POST", "/v1/api_keys", headers: ["Content-Type": "application/json", "Idempotency-Key": "k"],
                        body: Array(#"{"scopes": ["support"]}"#.utf8))
                }
            }.flatMap { $0 }
            #expect(replies.count == 200 && replies.allSatisfy { $0.status == 201 })
            #expect(Set(replies.map(\.body)).count == 1)
            #expect(replies.count { $0.headers["idempotent-replayed"] == nil } == 1)
            let keys = try await servers[0].get("/v1/api_keys").json["data"].elements
            #expect(keys.count { $0["scopes"] == ["support"] } == 1)
            for server in servers { try await server.stop() }
        }

        /// HS256, for `https://shop.example` and `treue`, until the year 2100.
        private static let token =
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCIsImtpZCI6InNob3AifQ."
            + "eyJpc3MiOiJodHRwczovL3Nob3AuZXhhbXBsZSIsImF1ZCI6InRyZXVlIiwic3ViIjoiMDE5ODAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAxIiwiZXhwIjo0MTAyNDQ0ODAwfQ."
            + "XOaRWoGJecl0dsqRhE6GQSu-IaE7P5MflDv_zJ2RjYU"

        @Test("a member's token opens what is that member's, once its keys are configured, and nothing else")
        func tokens() async throws {
            let own = "/v1/members/01980000-0000-7000-8000-000000000001/balance"
            func ask(_ server: RunningTreue, _ path: String, _ token: String) async throws -> Reply {
                try await onThread { [port = server.port] in
                    try HTTPClient(port: port, key: token).send("GET", path)
                }
            }
            let place = try Place()
            let keys = try place.file(
                "keys.json",
                #"{"keys": [{"kty": "oct", "kid": "shop", "k": "YSBzaGFyZWQgc2VjcmV0IG9mIDMyIGJ5dGVzLCBhdCBsZWFzdA"}]}"#
            )
            let closed = try await place.serve()
            #expect(try await ask(closed, own, Self.token).status == 401)
            try await closed.stop()
            let open = try Place(variables: [
                "TREUE_JWKS_FILE": keys, "TREUE_JWT_ISSUER": "https://shop.example", "TREUE_JWT_AUDIENCE": "treue",
            ])
            let server = try await open.serve()
            // Nobody has that id here, which the member alone may be told by the service; others are told the same.
            #expect(try await ask(server, own, Self.token).status == 404)
            let ada = try await server.enrol("ada")
            for path in ["/v1/members/\(ada)", "/v1/members/\(ada)/balance", "/v1/members?external_id=ada"] {
                #expect(try await ask(server, path, Self.token).status == 404)
                #expect(try await ask(server, path, String(Self.token.dropLast())).status == 401)
            }
            #expect(try await ask(server, "/v1/api_keys", Self.token).status == 403)
            try await server.stop()
        }

        @Test("the command line makes, lists, rotates and revokes keys, and the trail says so")
        func commandLine() async throws {
            let place = try Place()
            let made = try await place.treue(
                "keys", "create", "--scope", "support", "--scope", "checkout", "--expires-at", "2099-01-01T00:00:00Z",
                "--json"
            ).json
            let id = made["id"].text
            #expect(made["scopes"] == ["support", "checkout"] && made["key"].text.hasPrefix("treue_"))
            let rotated = try await place.treue("keys", "rotate", id, "--overlap", "60", "--json").json
            #expect(rotated["id"] == .string(id) && rotated["key"] != made["key"] && rotated["overlap_until"] != nil)
            #expect(try await place.treue("keys", "revoke", id).code == 0)
            #expect(try await place.treue("keys", "revoke", id).code == 1)
            #expect(try await place.treue("keys", "rotate", id).code == 1)
            #expect(try await place.treue("keys", "rotate", id, "--overlap", "-1").code == 2)
            let keys = try await place.treue("keys", "list", "--json").json["keys"].elements
            #expect(keys.map { $0["state"] } == ["revoked"])
            let server = try await place.serve()
            let acts = try await server.get("/v1/audit").json["data"].elements
            #expect(
                acts.suffix(3).map { $0["action"].text } == ["api_key.revoked", "api_key.rotated", "api_key.created"])
            #expect(acts.allSatisfy { $0["actor"]["kind"] == "command_line" })
            try await server.stop()
        }

        @Test("a setting that cannot be is told, with its name")
        func settings() async throws {
            let wrong = [
                ["TREUE_RATE_LIMIT": "many"], ["TREUE_TLS_CERTIFICATE": "/nowhere"],
                ["TREUE_JWKS_URL": "https://x.example"],
                ["TREUE_CORS_ORIGINS": "https://shop.example/"],
                ["TREUE_TLS_CERTIFICATE": "/nowhere", "TREUE_TLS_KEY": "/nowhere"],
                ["TREUE_JWKS_FILE": "/nowhere", "TREUE_JWT_ISSUER": "x", "TREUE_JWT_AUDIENCE": "y"],
            ]
            for variables in wrong {
                let run = try await Place(variables: variables).treue("serve")
                #expect(
                    run.code == 2 && variables.contains { run.errors.contains($0.key) || run.errors.contains($0.value) }
                )
            }
        }
    }
}

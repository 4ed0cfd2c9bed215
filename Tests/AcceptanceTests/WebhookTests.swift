import Foundation
import Testing

extension Acceptance {
    @Suite struct Webhooks {
        /// A message that a receiver took.
        private struct Taken: Decodable {
            var id: String
            var valid: Bool
            var same: Bool
            var type: String
            var member: String
            var version: Int64
        }

        /// The first code block of docs/webhooks.md in that language.
        private func example(_ language: String) throws -> String {
            let text = try String(contentsOfFile: "\(Place.repository)/docs/webhooks.md", encoding: .utf8)
            let parts = text.components(separatedBy: "```\(language)\n")
            return try #require(parts.dropFirst().first?.components(separatedBy: "```").first)
        }

        private func startReceiver(at place: Place) async throws -> (process: Spawned, port: String) {
            _ = try place.file("verify.py", try example("python"))
            let script = "\(Place.repository)/Tests/AcceptanceTests/Support/receiver.py"
            let copy = try place.file("receiver.py", try String(contentsOfFile: script, encoding: .utf8))
            return try await onThread {
                let process = try Spawned(
                    "/usr/bin/python3", [copy, place.path("secret"), place.path("taken")],
                    environment: place.environment, files: place.path("receiver"))
                try waitUntil("the receiver's port", hint: { process.errors }) { process.output.hasSuffix("\n") }
                return (process, process.output.trimmingCharacters(in: .whitespacesAndNewlines))
            }
        }

        private func taken(_ place: Place) throws -> [Taken] {
            let text = (try? String(contentsOfFile: place.path("taken"), encoding: .utf8)) ?? ""
            // The last line may be half there.
            return text.split(separator: "\n").compactMap {
                try? JSONDecoder().decode(Taken.self, from: Data($0.utf8))
            }
        }

        private func register(_ url: String, at server: RunningTreue) async throws -> JSON {
            let reply = try await server.post("/v1/webhook_endpoints", #"{"url": "\#(url)"}"#)
            #expect(reply.status == 201, "\(reply.text)")
            return try reply.json
        }

        @Test(
            "a receiver that is slow, wrong, silent or speaks rubbish, and kill -9 of the server: all comes, in order, signed"
        )
        func throughThickAndThin() async throws {
            let place = try Place(variables: ["TREUE_WEBHOOK_PRIVATE_NETWORK": "allow"])
            let receiver = try await startReceiver(at: place)
            defer { receiver.process.signal(SIGKILL) }
            var server = try await place.serve()
            // Nobody listens there: costs the others nothing.
            _ = try await register("http://127.0.0.1:1/dead", at: server)
            let endpoint = try await register("http://127.0.0.1:\(receiver.port)/treue", at: server)
            _ = try place.file("secret", endpoint["secret"].text)
            var members: [String] = []
            for number in 0..<4 { members.append(try await server.enrol("m-\(number)")) }
            for round in 0..<3 {
                for number in 0..<20 {
                    let sale = Sale(id: "\(round)-\(number)", member: "m-\(number % 4)")
                    #expect(try await server.post("/v1/events", sale.json).status == 201)
                }
                try await server.kill()
                server = try await place.serve()
            }
            // An enrolment, and each sale's points: 16 messages for each of four members.
            try await onThread {
                try waitUntil(
                    "all messages", seconds: 480, hint: { "\((try? taken(place)) ?? []) \(receiver.process.errors)" }
                ) { Set(try taken(place).map(\.id)).count >= 64 }
            }
            let all = try taken(place)
            #expect(all.allSatisfy { $0.valid && $0.same })
            #expect(Set(all.map(\.id)).count == 64)
            for member in members {
                var versions: [Int64] = []
                for message in all where message.member == member && message.version != versions.last {
                    versions.append(message.version)
                }
                #expect(versions.count == 16 && versions == versions.sorted(), "\(versions)")
            }
            let path = "/v1/webhook_endpoints/\(endpoint["id"].text)"
            #expect(try await server.get("\(path)/deliveries?state=dead").json["data"].elements.isEmpty)
            let shown = try await server.get(path).json
            #expect(!shown.names.contains("secret"))
            try await server.stop()
        }

        @Test("the JavaScript example agrees with the Python one", .enabled(if: access("/usr/bin/node", X_OK) == 0))
        func javaScript() async throws {
            let place = try Place()
            _ = try place.file("verify.mjs", try example("js"))
            let script = try place.file(
                "check.mjs",
                """
                import { verify } from "./verify.mjs";
                const headers = {
                  "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp": "1614265330",
                  "webhook-signature": "v1,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                };
                const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
                const good = verify(secret, headers, Buffer.from('{"test": 2432232314}'), 1e12);
                const bad = verify(secret, headers, Buffer.from('{"test": 2432232315}'), 1e12);
                const old = verify(secret, headers, Buffer.from('{"test": 2432232314}'));
                process.exit(good && !bad && !old ? 0 : 1);
                """)
            let process = try Spawned(
                "/usr/bin/node", [script], environment: place.environment, files: place.path("node"))
            #expect(try await onThread { try process.wait() } == .exited(0), "\(process.errors)")
        }

        @Test("treue listen prints what happens and forwards it signed; treue log tail --follow prints the log")
        func listen() async throws {
            let place = try Place()
            let receiver = try await startReceiver(at: place)
            defer { receiver.process.signal(SIGKILL) }
            let server = try await place.serve()
            let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
            _ = try place.file("secret", secret)
            let url = "http://127.0.0.1:\(receiver.port)/"
            let listening = try place.spawn(["listen", "--forward-to", url, "--secret", secret])
            let tailing = try place.spawn(["log", "tail", "--follow", "--json"])
            try await onThread {
                try waitUntil("listening", hint: { listening.errors }) { listening.errors.contains("listening") }
            }
            let member = try await server.enrol("ada")
            for number in 0..<6 {
                _ = try await server.post("/v1/events", Sale(id: "s-\(number)", member: "ada").json)
            }
            try await onThread {
                try waitUntil("the lines", hint: { listening.output + listening.errors }) {
                    listening.output.components(separatedBy: "points.earned").count > 6
                }
                try waitUntil("the log", hint: { tailing.output + tailing.errors }) {
                    tailing.output.components(separatedBy: "\"points.accrued\"").count > 6
                }
            }
            #expect(listening.output.contains(member))
            let all = try taken(place)
            #expect(!all.isEmpty && all.allSatisfy(\.valid))
            for process in [listening, tailing] {
                process.signal(SIGINT)
                #expect(try await onThread { try process.wait() } == .exited(0))
            }
            let lines = try await place.treue("log", "tail", "-n", "3", "--json")
            #expect(lines.code == 0 && lines.output.split(separator: "\n").count == 3)
            try await server.stop()
        }
    }
}

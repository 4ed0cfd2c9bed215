import Foundation
import Testing

extension Acceptance {
    /// Every programme that ships with the repository, on a server of its own: what its examples report is posted, and
    /// members stand as the examples say. What is asked for at a counter happens now, so examples with such acts are run
    /// on the service itself, whose clock a test can set.
    @Suite struct ProgrammesEndToEnd {
        static let files: [String] = {
            let folder = "\(Place.repository)/examples/programmes"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
            return names.filter { $0.hasSuffix(".yaml") }.sorted()
        }()

        @Test("the examples of a programme come out over HTTP as they say", arguments: files)
        func examples(file: String) async throws {
            let path = "\(Place.repository)/examples/programmes/\(file)"
            let place = try Place(programme: path)
            let printed = try await place.treue("programme", "examples", path)
            #expect(printed.code == 0)
            let examples = try printed.json["examples"].elements
            #expect(!examples.isEmpty)
            let server = try await place.serve()
            for example in examples where Self.isReported(example) { try await run(example, on: server, file) }
            try await server.stop()
        }

        /// Whether all of it is what a checkout reports.
        private static func isReported(_ example: JSON) -> Bool {
            example["enrolled_at"] == .null && example["parts"].elements.allSatisfy { $0["act"] == .null }
        }

        private func run(_ example: JSON, on server: RunningTreue, _ file: String) async throws {
            var person = ["external_id": example["external_id"].text]
            if example["birthday"] != .null { person["birthday"] = example["birthday"].text }
            if example["referred_by"] != .null {
                person["referred_by"] = try await referrer(example, on: server)
            }
            let body = String(decoding: try JSONEncoder().encode(person), as: UTF8.self)
            let enrolled = try await server.post("/v1/members", body)
            try #require(enrolled.status == 201, "\(file): \(enrolled.text)")
            let id = try enrolled.json["id"].text
            for part in example["parts"].elements {
                let place = "\(file):\(part["line"].number ?? 0)"
                if part["event"] != .null {
                    try await post(part, to: server, place)
                } else {
                    try await compare(part, with: id, on: server, place)
                }
            }
        }

        private func referrer(_ example: JSON, on server: RunningTreue) async throws -> String {
            try await server.enrol("\(example["referred_by"].text)-\(example["external_id"].text)")
        }

        private func post(_ part: JSON, to server: RunningTreue, _ place: String) async throws {
            let reply = try await server.post("/v1/events", part["event"].written)
            if part["refused"] != .null {
                #expect(try reply.json["code"] == part["refused"], "\(place): \(reply.text)")
            } else {
                #expect(reply.status == 201, "\(place): \(reply.text)")
                if let earns = part["earns"].number {
                    #expect(try reply.json["points"]["change"].number == earns, "\(place)")
                }
            }
        }

        private func compare(_ part: JSON, with id: String, on server: RunningTreue, _ place: String) async throws {
            let balance = try await server.balance(id, asOf: part["expected_at"].text)
            for wallet in part["wallets"].names {
                for figure in part["wallets"][wallet].names {
                    #expect(
                        balance["wallets"][wallet][figure] == part["wallets"][wallet][figure],
                        "\(place): \(wallet) \(figure)")
                }
            }
            if part["tier"] != .null { #expect(balance["tier"]["id"] == part["tier"], "\(place)") }
            if part["valid_until"] != .null {
                let until: JSON = part["valid_until"] == "forever" ? .null : part["valid_until"]
                #expect(balance["tier"]["valid_until"] == until, "\(place)")
            }
            for metric in part["qualifying"].names {
                let figure = balance["tier"]["qualifying"].elements.first { $0["metric"] == .string(metric) }
                #expect(figure?["value"] == part["qualifying"][metric], "\(place): \(metric)")
            }
        }

        @Test("the rules change mid-history: yesterday's purchase, delivered today, earns yesterday's rate")
        func changedRules() async throws {
            let place = try Place()
            let day = String(ISO8601DateFormatter().string(from: Date()).prefix(10))
            let file = try place.file("corner.yaml", Self.corner(from: day))
            let server = try await Place(programme: file).serve()
            func sale(_ id: String, at: Date) async throws -> JSON {
                let time = ISO8601DateFormatter().string(from: at)
                return try await server.post(
                    "/v1/events", Sale(id: id, member: "ada", currency: "EUR", time: time, price: 1000).json
                ).json["points"]["change"]
            }
            let midnight = try #require(ISO8601DateFormatter().date(from: "\(day)T00:00:00Z"))
            #expect(try await sale("today", at: midnight) == 30)
            #expect(try await sale("yesterday", at: midnight.addingTimeInterval(-1)) == 10)
            #expect(try await sale("now", at: Date()) == 30)

            // A version for tomorrow changes nothing today; one for yesterday comes too late, and 1 is final.
            let path = "/v1/programmes/corner/versions/"
            func publish(_ number: Int, _ text: String) async throws -> Reply {
                try await server.send(
                    "PUT", path + "\(number)", headers: ["Content-Type": "application/yaml"], body: Array(text.utf8))
            }
            let late = try await publish(3, "{from: 2020-01-01, earning: [{id: base, points: 5, per: 1.00}]}")
            #expect(late.status == 422)
            #expect(try late.json["code"] == "version_in_past")
            let other = try await publish(1, Self.corner(from: day).replacing("points: 1,", with: "points: 2,"))
            #expect(other.status == 409)
            let next = try await publish(3, "{from: 2190-01-01, earning: [{id: base, points: 5, per: 1.00}]}")
            #expect(next.status == 201, "\(next.text)")
            #expect(try next.json["version_in_force"] == 2)
            #expect(try await sale("still", at: Date()) == 30)
            try await server.stop()
        }

        private static func corner(from day: String) -> String {
            """
            id: corner
            currencies: [EUR]
            enrolment: automatic
            versions:
              - earning: [{id: base, points: 1, per: 1.00}]
              - {from: \(day), earning: [{id: base, points: 3, per: 1.00}]}

            """
        }
    }
}

extension JSON {
    /// As a client sends it.
    fileprivate var written: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .int(let value): "\(value)"
        case .string(let text):
            (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
        case .array(let elements): "[\(elements.map(\.written).joined(separator: ","))]"
        case .object(let members):
            "{\(members.map { "\(JSON.string($0.key).written):\($0.value.written)" }.joined(separator: ","))}"
        }
    }
}

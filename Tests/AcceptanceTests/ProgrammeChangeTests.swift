import Foundation
import Testing

extension Acceptance {
    /// A programme that changes while the server runs.
    @Suite struct ProgrammeChanges {
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
            let late = try await publish(3, "{from: \(day)T00:00:01Z, earning: [{id: base, points: 5, per: 1.00}]}")
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

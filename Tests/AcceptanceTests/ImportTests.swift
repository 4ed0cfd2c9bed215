import Foundation
import Testing

extension Acceptance {
    @Suite struct InterruptedImports {
        private static let programme = "\(Place.repository)/examples/online-retail/programme.yaml"
        private static let members = 60

        /// Sales of a year, some of them sent twice, each member's in order of time.
        private static func events(seed: UInt64) -> String {
            var random = Seeded(seed)
            var text = ""
            for number in 0..<1_500 {
                let (month, day) = (1 + number / 125, 1 + (number % 125) / 5)
                let sale = Sale(
                    id: "s-\(number)", member: "m-\(Int.random(in: 0..<members, using: &random))", currency: "GBP",
                    time: String(format: "2026-%02d-%02dT%02d:00:00Z", min(month, 10), day, number % 24),
                    price: Int64.random(in: 50...20_000, using: &random),
                    quantity: Int.random(in: 1...3, using: &random))
                text += sale.json + "\n"
                if number % 97 == 0 { text += sale.json + "\n" }
            }
            return text
        }

        /// Every member's balance, tier and number of events, told without ids, which differ from place to place.
        private static func totals(_ place: Place) async throws -> [JSON] {
            let server = try await place.serve()
            let totals = try await onThread {
                let client = server.client()
                return try (0..<members).map { number -> JSON in
                    let member = try client.send("GET", "/v1/members?external_id=m-\(number)").json
                    let id = member["id"].text
                    let balance = try client.send("GET", "/v1/members/\(id)/balance?as_of=2026-11-01T00:00:00Z").json
                    let events = try client.send("GET", "/v1/members/\(id)/events?limit=200").json
                    return [
                        "wallets": balance["wallets"], "tier": balance["tier"], "version": balance["version"],
                        "events": .int(Int64(events["data"].elements.count)), "more": events["next_cursor"],
                    ]
                }
            }
            try await server.stop()
            return totals
        }

        private static func isWhole(_ place: Place) async throws {
            #expect(try await place.treue("log", "verify", "--json").code == 0)
            #expect(try await place.treue("projections", "verify", "--json").code == 0)
        }

        @Test("an import killed 20 times, PostgreSQL once, and finished by three at once comes to a clean one's totals")
        func killed() async throws {
            let (clean, place) = (try Place(programme: Self.programme), try Place(programme: Self.programme))
            let text = Self.events(seed: 7)
            let file = try clean.file("events.ndjson", text)
            #expect(try await clean.treue("import", file).code == 0)
            let expected = try await Self.totals(clean)

            // Pieces reach it a few at a time, so that even a quick importer is met in the middle.
            let pieces = try Self.pieces(of: text, in: place, count: 20)
            #expect(try await place.treue("migrate").code == 0)
            try await onThread { try Self.interrupt(place, pieces) }
            let codes = try await onThreads(3) { _ in
                try place.spawn(["import", file]).wait()
            }
            #expect(codes == [.exited(0), .exited(0), .exited(0)])
            let differing = zip(try await Self.totals(place), expected).filter { $0 != $1 }
            #expect(differing.isEmpty, "\(differing.first.map { "\($0)" } ?? "")")
            try await Self.isWhole(place)
            let server = try await place.serve()
            #expect(try await place.gaps() == 0)
            #expect(
                try await place.count("SELECT count(*) FROM treue.event WHERE type = 'purchase.completed'") == 1_500)
            try await server.stop()
        }

        /// Ever longer beginnings of a text, as files.
        private static func pieces(of text: String, in place: Place, count: Int) throws -> [String] {
            let lines = text.split(separator: "\n")
            return try (1...count).map { number in
                let part = lines.prefix(lines.count * number / count).joined(separator: "\n")
                return try place.file("events-\(number).ndjson", part + "\n")
            }
        }

        /// Kills importers at random moments from their start to their end, and the postmaster under one of them.
        private static func interrupt(_ place: Place, _ files: [String]) throws {
            var random = Seeded(20)
            for (number, file) in files.enumerated() {
                let importer = try place.spawn(["import", file])
                let moment = Double.random(in: 0...1.2, using: &random)
                let end = ContinuousClock.now + .seconds(moment)
                while ContinuousClock.now < end, importer.poll() == nil { usleep(1_000) }
                if number == 12 {
                    try waitUntil("a postmaster") {
                        Leftovers.postmaster(below: place.folder) != nil || importer.poll() != nil
                    }
                    if let postmaster = Leftovers.postmaster(below: place.folder) { kill(postmaster, SIGKILL) }
                }
                importer.signal(SIGKILL)
                _ = try importer.wait()
            }
        }
    }
}

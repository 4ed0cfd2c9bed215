import Foundation
import Synchronization
import Testing

extension Acceptance {
    /// Rebuilding the accounts while the shops are open.
    @Suite struct Replays {
        private static let clients = 32
        /// Rebuilds that run to their end.
        private static let rebuilds = 2
        /// Rebuilds that are killed first.
        private static let kills = 2

        /// What one client sold, and what went wrong for it.
        private struct Till: Sendable {
            var sales: Int64 = 0
            var points: Int64 = 0
            var faults: [String] = []
        }

        @Test("32 clients notice nothing of rebuilds, two of them killed, and of a way back; every balance is right")
        func underLoad() async throws {
            let place = try Place()
            let server = try await place.serve()
            // Enough history that a rebuild takes a while.
            for number in 0..<60 { _ = try await server.enrol("old-\(number)") }
            let history = (0..<4_000).map { Sale(id: "h\($0)", member: "old-\($0 % 60)").json }
            let file = try place.file("history.ndjson", history.joined(separator: "\n") + "\n")
            #expect(try await place.treue("import", file, "--json", seconds: 300).code == 0)
            let ids = try await enrol(on: server)
            let isOver = Flag()
            async let tills = onThreads(Self.clients) { number in
                Self.sell(client: number, id: ids[number], on: server.client(), until: isOver)
            }
            do {
                for _ in 0..<Self.kills { try await killOne(place) }
                for _ in 0..<Self.rebuilds {
                    let rebuilt = try await place.treue("projections", "rebuild", "account", "--json", seconds: 300)
                    #expect(rebuilt.code == 0, "\(rebuilt.errors)")
                    #expect(try await place.treue("projections", "verify", "--json", seconds: 300).code == 0)
                }
                let back = try await place.treue("projections", "rollback", "account", "--json", seconds: 300)
                #expect(back.code == 0, "\(back.errors)")
            } catch {
                isOver.raise()
                _ = try? await tills
                throw error
            }
            isOver.raise()
            try await judge(try await tills, ids, on: server)
            // What came today stays open, and what there is to close is closed while everybody buys.
            let closed = try await place.treue("log", "close", "--before", "2026-01-01", "--json", seconds: 300)
            #expect(try closed.code == 0 && closed.json["moved"] == 0 && closed.json["closed"] == 0, "\(closed.errors)")
            #expect(try await server.stop() == .exited(0))
            let verified = try await place.treue("projections", "verify", "--json", seconds: 300)
            #expect(verified.code == 0, "\(verified.output)")
            #expect(try await place.treue("log", "verify", seconds: 300).code == 0)
        }

        private func enrol(on server: RunningTreue) async throws -> [String] {
            var ids: [String] = []
            for number in 0..<Self.clients { ids.append(try await server.enrol("till-\(number)")) }
            return ids
        }

        /// Sells and looks, again and again: after each sale the balance is the sum of all that was sold.
        private static func sell(client number: Int, id: String, on client: HTTPClient, until isOver: Flag) -> Till {
            var till = Till()
            while !isOver.isRaised, till.faults.count < 5 {
                // A customer comes five times a second: a server without optimisation leaves the rest of two cores to the
                // rebuild.
                usleep(200_000)
                let sale = Sale(
                    id: "s\(number)-\(till.sales)", member: "till-\(number)", price: 100 * (till.sales % 9 + 1))
                do {
                    let reply = try client.post(sale.json)
                    till.sales += 1
                    guard reply.status == 201 else {
                        till.faults.append("\(reply.status) \(reply.text)")
                        continue
                    }
                    till.points += sale.points
                    let balance = try client.send("GET", "/v1/members/\(id)/balance")
                    let available = try balance.json["wallets"]["points"]["available"].number
                    if balance.status != 200 || available != till.points {
                        till.faults.append("\(available.map(String.init) ?? balance.text) instead of \(till.points)")
                    }
                } catch {
                    till.faults.append("\(error)")
                }
            }
            return till
        }

        private func judge(_ tills: [Till], _ ids: [String], on server: RunningTreue) async throws {
            #expect(tills.flatMap(\.faults) == [])
            for (till, id) in zip(tills, ids) {
                #expect(till.sales > 0)
                #expect(try await server.balance(id)["wallets"]["points"]["available"].number == till.points)
            }
        }

        /// Begins a rebuild and kills it between its first and its last partition.
        private func killOne(_ place: Place) async throws {
            let filled = "SELECT count(*) FROM treue.checkpoint WHERE projection = 'account_next'"
            let before = try await place.count(filled)
            let rebuild = try place.spawn(["projections", "rebuild", "account"])
            while true {
                let done = try await place.count(filled)
                if done > before, done < 64 { break }
                if rebuild.poll() != nil { throw TookTooLong(description: "a rebuild that was too fast to be killed") }
            }
            try await onThread {
                rebuild.signal(SIGKILL)
                _ = try rebuild.wait()
            }
            #expect(rebuild.poll() == .killed(signal: SIGKILL))
        }
    }
}

/// Raised once, seen by everybody.
private final class Flag: Sendable {
    private let state = Mutex(false)

    var isRaised: Bool { state.withLock { $0 } }
    func raise() { state.withLock { $0 = true } }
}

import Loyalty
import LoyaltyService
import Testing
import Wire

@testable import Projections

@Suite("the account after an erasure")
struct ErasureTests {
    @Test("is rebuilt and verified with the erased, who stay erased; points outstanding are what they were")
    func rebuild() async throws {
        try await Server.with { server async throws in
            let ann = try #require(await server.buys("ann", "1", dollars: 100))
            let bob = try #require(await server.buys("bob", "2", dollars: 30))
            var patch = ProfilePatch()
            patch.email = .set("bob@example.org")
            _ = try await server.service.changeProfile(of: bob, by: patch, ifVersion: nil, at: Server.now)
            try await server.service.erase(ann, at: Server.now)
            #expect(try await server.projection.verify().count == 0)
            let rebuilt = try await server.projection.rebuild()
            #expect(rebuilt.rows == 2)
            #expect(try await server.projection.verify().count == 0)
            await #expect(throws: ServiceError.self) {
                try await server.service.balance(of: ann, at: Server.now)
            }
            #expect(await server.buys("bob", "3", dollars: 5) == bob)
        }
    }
}

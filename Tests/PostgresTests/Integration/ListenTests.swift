import Testing

@testable import Postgres

@Suite("LISTEN, against a server", .timeLimit(.minutes(2)))
struct ListenTests {
    @Test("notifications arrive, and listening survives its connection")
    func survives() async throws {
        try await withFreshClient { client in
            var payloads = client.listen("odd \"name\"").makeAsyncIterator()
            #expect(await payloads.next() == "")
            _ = try await client.query(#"SELECT pg_notify('odd "name"', 'one')"#)
            #expect(await payloads.next() == "one")
            _ = try await client.query(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE 'LISTEN%'
                """)
            #expect(await payloads.next() == "")
            _ = try await client.query(#"SELECT pg_notify('odd "name"', 'two')"#)
            #expect(await payloads.next() == "two")
        }
    }

    @Test("each channel hears its own, and the streams end with the client")
    func channels() async throws {
        let ends = try await withFreshClient { client in
            let (first, second) = (client.listen("first"), client.listen("second"))
            var (a, b) = (first.makeAsyncIterator(), second.makeAsyncIterator())
            #expect(await a.next() == "")
            #expect(await b.next() == "")
            _ = try await client.query("SELECT pg_notify('second', 'b'), pg_notify('first', 'a')")
            #expect(await a.next() == "a")
            #expect(await b.next() == "b")
            return Task {
                var iterator = first.makeAsyncIterator()
                return await iterator.next()
            }
        }
        #expect(await ends.value == nil)
    }
}

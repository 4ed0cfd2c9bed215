import Dispatch
import HTTPTypes
import HummingbirdTesting
import Synchronization
import Testing

@testable import HTTPAPI

@Suite("connections")
struct ConnectionTests {
    private static let head = """
        POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer key-admin\r\nContent-Type: application/json\r\n
        """

    private func talk(_ harness: Harness = Harness(), _ test: @escaping @Sendable (RawConnection) throws -> Void)
        async throws
    {
        try await harness.run(.live) { caller in
            let port = try #require(caller.client.port)
            let connection = try RawConnection(port: port)
            defer { connection.close() }
            try await Self.blocking { try test(connection) }
        }
    }

    /// Runs blocking calls elsewhere than on the pool that the server's own tasks run on.
    private static func blocking<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try work() }) }
        }
    }

    @Test("a graceful stop closes the door, answers what was taken, and ends the connection")
    func gracefulShutdown() async throws {
        let gate = Gate()
        let harness = Harness(gate: gate)
        let (answers, answered) = AsyncThrowingStream.makeStream(of: String.self)
        try await harness.run(.live) { caller in
            let port = try #require(caller.client.port)
            let connection = try RawConnection(port: port)
            let event = Samples.purchase()
            try connection.send(Self.head + "Content-Length: \(event.utf8.count)\r\n\r\n\(event)")
            await gate.somebodyWaits()
            // The server stops when this closure returns; it has begun to when it no longer lets anybody in.
            DispatchQueue.global().async {
                while let other = try? RawConnection(port: port) { other.close() }
                gate.open()
                answered.yield(with: Result { try connection.readToEnd() })
                connection.close()
                answered.finish()
            }
        }
        var answer = ""
        for try await text in answers { answer += text }
        #expect(answer.hasPrefix("HTTP/1.1 201") && answer.contains("accepted"))
    }

    @Test("a connection serves one request after the other, also behind a body that was too large")
    func keepAlive() async throws {
        try await Harness().run(.live) { caller in
            for _ in 0..<3 { #expect(try await caller.post(Samples.purchase()).status < 300) }
            let large = try await caller.post(Samples.purchase() + String(repeating: " ", count: 2 << 20))
            #expect(large.status == 413 && large.code == "body_too_large")
            #expect(try await caller.post(Samples.purchase()).status == 200)
        }
    }

    @Test(
        "what is not HTTP gets a problem document and the connection ends",
        arguments: [
            "how do you do\r\n\r\n", "GET / HTTP/1.1\r\nX: \(String(repeating: "x", count: 40_000))\r\n\r\n",
        ])
    func notHTTP(text: String) async throws {
        try await talk { connection in
            try connection.send(text)
            let answer = try connection.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 400"))
            #expect(answer.contains("application/problem+json") && answer.contains("unreadable_request"))
        }
    }

    @Test("a body that does not arrive in time is 408 and the connection ends")
    func slowBody() async throws {
        let harness = Harness(requestTimeoutSeconds: 0.2)
        try await talk(harness) { connection in
            try connection.send(Self.head + "Content-Length: 100\r\n\r\n{")
            let answer = try connection.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 408"))
            #expect(answer.contains("request_timeout"))
        }
    }

    @Test("a head that does not arrive in time ends the connection")
    func slowHead() async throws {
        let harness = Harness(idleTimeoutSeconds: 0.2)
        try await talk(harness) { connection in
            try connection.send("GET /livez HTTP/1.1\r\nHost:")
            #expect(try connection.readToEnd().isEmpty)
        }
    }

    @Test("a client that waits for 100 Continue is told to go on, or that its body is too large")
    func expectations() async throws {
        try await talk { connection in
            let event = Samples.purchase()
            try connection.send(Self.head + "Expect: 100-continue\r\nContent-Length: \(event.utf8.count)\r\n\r\n")
            #expect(try connection.read { $0.contains("\r\n\r\n") }.hasPrefix("HTTP/1.1 100"))
            try connection.send(event)
            #expect(try connection.read { $0.contains("accepted") }.hasPrefix("HTTP/1.1 201"))
        }
        try await talk { connection in
            try connection.send(Self.head + "Expect: 100-continue\r\nContent-Length: 90000000\r\n\r\n")
            #expect(try connection.read { $0.contains("body_too_large") }.hasPrefix("HTTP/1.1 413"))
        }
    }

    @Test("a body without end is not read for ever")
    func endlessBody() async throws {
        let harness = Harness(batchLimit: 1 << 20)
        try await talk(harness) { connection in
            try connection.send(Self.head + "Transfer-Encoding: chunked\r\n\r\n")
            let chunk = "10000\r\n" + String(repeating: "[", count: 0x10000) + "\r\n"
            #expect(throws: RawConnection.Failure.self) {
                for _ in 0..<2000 { try connection.send(chunk) }
            }
        }
    }

    @Test("a client that does not take its answers in is let go")
    func unreadAnswers() async throws {
        let harness = Harness(requestTimeoutSeconds: 0.2)
        try await talk(harness) { connection in
            // Sending blocks once nothing is read any more, and fails when the server closes.
            #expect(throws: RawConnection.Failure.self) {
                for _ in 0..<1_000_000 { try connection.send("GET /docs HTTP/1.1\r\nHost: x\r\n\r\n") }
            }
        }
    }

    @Test("a body that ends early is no event")
    func brokenOff() async throws {
        let harness = Harness()
        try await talk(harness) { connection in
            let event = Samples.purchase()
            try connection.send(Self.head + "Content-Length: \(event.utf8.count + 1)\r\n\r\n\(event)")
        }
        #expect(harness.fake.state.withLock { $0.order.isEmpty })
    }
}

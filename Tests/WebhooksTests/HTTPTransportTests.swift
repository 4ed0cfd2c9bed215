import Foundation
import LoyaltyService
import Testing
import Wire

@testable import Webhooks

@Suite("webhooks over HTTP")
struct HTTPTransportTests {
    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"

    /// Posts to a receiver that answers like this.
    private func post(
        _ answer: String?, closes: Bool = false, timeout: Duration = .seconds(20), times: Int = 1
    ) async throws -> (answers: [WebhookAnswer], received: [String]) {
        var configuration = WebhookConfiguration()
        configuration.allowsPrivateNetwork = true
        configuration.timeout = timeout
        let receiver = try await LocalReceiver.start(answer, closes: closes)
        let channel = HTTPWebhookTransport(configuration: configuration).channel()
        var answers: [WebhookAnswer] = []
        for _ in 0..<times {
            answers.append(await channel.post(Self.request("http://127.0.0.1:\(receiver.port)/a?b=c")))
        }
        await channel.close()
        try await receiver.stop()
        return (answers, receiver.received)
    }

    private static func request(_ url: String) -> WebhookRequest {
        WebhookRequest(
            messageID: "evt_1_2_0", body: Array(#"{"id":"evt_1_2_0"}"#.utf8), url: url, secrets: [.random()],
            seconds: 1_700_000_000, traceparent: nil)
    }

    @Test("the request is a POST with the three headers and the very body; its connection is used again")
    func sends() async throws {
        let (answers, received) = try await post(Self.ok, times: 3)
        #expect(answers == Array(repeating: .status(200), count: 3))
        let text = try #require(received.first)
        #expect(received.count == 3)
        #expect(text.hasPrefix("POST /a?b=c HTTP/1.1\r\n") && text.hasSuffix(#"{"id":"evt_1_2_0"}"#))
        for line in [
            "webhook-id: evt_1_2_0", "webhook-timestamp: 1700000000", "webhook-signature: v1,",
            "content-type: application/cloudevents+json", "content-length: 18",
        ] { #expect(text.lowercased().contains(line), "\(line)") }
    }

    @Test("a redirect is an answer, and not followed")
    func redirect() async throws {
        let target = try await LocalReceiver.start(Self.ok)
        let (answers, _) = try await post(
            "HTTP/1.1 307 Elsewhere\r\nLocation: http://127.0.0.1:\(target.port)/\r\nContent-Length: 0\r\n\r\n")
        #expect(answers == [.status(307)])
        #expect(target.received.isEmpty)
        try await target.stop()
    }

    @Test("an error is told with what it asks for")
    func errorAnswer() async throws {
        let (answers, _) = try await post("HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno")
        #expect(answers == [.status(503, retryAfterSeconds: 7)])
    }

    @Test(
        "rubbish, half an answer and a closed door are no answer",
        arguments: ["220 mail.example ESMTP\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\nhalf", ""])
    func rubbish(answer: String) async throws {
        let (answers, _) = try await post(answer, closes: true)
        guard case .failure? = answers.first else {
            Issue.record("\(answers)")
            return
        }
    }

    @Test("silence ends with the timeout")
    func silence() async throws {
        let (answers, received) = try await post(nil, timeout: .milliseconds(200))
        #expect(received.count == 1)
        guard case .failure? = answers.first else {
            Issue.record("\(answers)")
            return
        }
    }

    @Test("an answer without end is not read to its end")
    func endless() async throws {
        let long = String(repeating: "a", count: 200_000)
        let (answers, _) = try await post("HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n\(long)")
        #expect(answers == [.status(200)])
    }

    @Test("nobody listening is no answer")
    func refused() async throws {
        let receiver = try await LocalReceiver.start(nil)
        let port = receiver.port
        try await receiver.stop()
        var configuration = WebhookConfiguration()
        configuration.allowsPrivateNetwork = true
        let channel = HTTPWebhookTransport(configuration: configuration).channel()
        let answer = await channel.post(Self.request("http://127.0.0.1:\(port)/"))
        await channel.close()
        guard case .failure = answer else {
            Issue.record("\(answer)")
            return
        }
    }

    @Test(
        "private addresses are refused before a connection is made, as an address and behind a name",
        arguments: [
            "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.1/", "https://localhost/", "http://8.8.8.8/",
        ])
    func privateNetwork(url: String) async {
        let channel = HTTPWebhookTransport(configuration: WebhookConfiguration()).channel()
        let answer = await channel.post(Self.request(url))
        await channel.close()
        guard case .failure(let text) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(text.contains("private") || text.contains("plain http"))
    }

    @Test("a name is replaced by the address that was looked at, and the host header keeps the name")
    func connectsToWhatWasLookedAt() async throws {
        let receiver = try await LocalReceiver.start(Self.ok)
        let resolver = HostResolver(allowsPrivateNetwork: true)
        let target = try await resolver.resolve("http://localhost:\(receiver.port)/").get()
        #expect(["127.0.0.1", "::1"].contains(target.address))
        try await receiver.stop()
    }

    @Test(
        "a name server that does not answer is waited for until it is time, or nobody wants to know any more",
        .timeLimit(.minutes(1)))
    func silentNameServer() async throws {
        let silence = DispatchSemaphore(value: 0)
        defer { for _ in 0..<2 { silence.signal() } }
        var resolver = HostResolver(allowsPrivateNetwork: true) { _ in
            silence.wait()
            return nil
        }
        let unresolved = HostResolver.Refusal(text: "the host's name cannot be resolved")
        resolver.timeout = .milliseconds(20)
        #expect(await resolver.resolve("http://shop.example/") == .failure(unresolved))
        resolver.timeout = .seconds(3_600)
        let waiting = Task { [resolver] in await resolver.resolve("http://shop.example/") }
        waiting.cancel()
        #expect(await waiting.value == .failure(unresolved))
    }
}

import HTTPTypes
import Hummingbird
import NIOCore

/// `/livez`, `/readyz` and `/metrics`: open without a key.
struct HealthRoutes<API: LoyaltyAPI>: Sendable {
    let api: API
    let metrics: HTTPMetrics

    func add(to router: Router<APIContext>) {
        router.get("livez") { _, _ in Self.text("ok\n") }
        router.get("readyz") { _, _ in
            guard api.isReady else { throw Problem.notReady }
            return Self.text("ok\n")
        }
        router.get("metrics") { _, context in
            let families = await api.metrics(at: context.receivedAt)
            var text = metrics.exposition()
            text.append(families)
            return Self.text(text, type: "text/plain; version=0.0.4; charset=utf-8")
        }
    }

    private static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> Response {
        Response(
            status: .ok, headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}

import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded

@testable import HTTPAPI

extension Request {
    static func get(_ path: String) -> Request {
        Request(
            head: HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: path),
            body: RequestBody(buffer: ByteBuffer()))
    }
}

extension BasicRequestContext {
    static var test: BasicRequestContext {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return BasicRequestContext(
            source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: logger))
    }
}

/// Fails in a way that nobody foresaw.
struct FailingResponder: HTTPResponder {
    func respond(to request: Request, context: APIContext) async throws -> Response { throw FakeLoyalty.Crash() }
}

import HTTPTypes
import Hummingbird

/// Pages of other origins that may ask (CORS): none unless configured. Credentials of a browser are never asked for;
/// a page sends a member's token itself.
struct CrossOrigin: Sendable {
    /// Origins such as `https://shop.example`; `*` for every one.
    let origins: Set<String>

    /// nil where none may.
    init?(origins: [String]) {
        guard !origins.isEmpty else { return nil }
        self.origins = Set(origins)
    }

    /// The answer to a browser that asks beforehand; nil for every other request.
    func preflight(_ request: Request, methods: MethodTable) -> Response? {
        guard request.method == .options, request.headers[.accessControlRequestMethod] != nil,
            request.headers[.origin] != nil
        else { return nil }
        let known = methods.methods(of: request.uri.path)
        guard !known.isEmpty else { return Problem.notFound.response }
        var response = Answer.nothing()
        guard isAllowed(request.headers[.origin]) else { return response }
        response.headers[.accessControlAllowMethods] = known.joined(separator: ", ")
        response.headers[.accessControlAllowHeaders] = Self.requestHeaders
        response.headers[.accessControlMaxAge] = "600"
        return response
    }

    /// Lets the page that asked read the answer.
    func open(_ response: inout Response, to request: Request) {
        if variesByOrigin { response.headers.append(HTTPField(name: .vary, value: "Origin")) }
        guard let origin = request.headers[.origin], isAllowed(origin) else { return }
        response.headers[.accessControlAllowOrigin] = origins.contains("*") ? "*" : origin
        response.headers[.accessControlExposeHeaders] = Self.answerHeaders
    }

    /// Whether answers differ by who asks.
    var variesByOrigin: Bool { !origins.contains("*") }

    private func isAllowed(_ origin: String?) -> Bool {
        origin.map { origins.contains("*") || origins.contains($0) } ?? false
    }

    private static let requestHeaders =
        "Authorization, Content-Type, Idempotency-Key, If-None-Match, X-Request-Id, traceparent"
    private static let answerHeaders = "ETag, Idempotent-Replayed, Location, Retry-After, X-Request-Id"
}

import HTTPTypes
import Hummingbird
import NIOCore

/// Takes in a request's body, up to a limit that may depend on how it begins.
struct BodyReader {
    /// How much is too much.
    struct Limit {
        var bytes: Int
        /// For the problem document: what is limited.
        var what: String
    }

    /// The body. It is copied once, from the socket's buffers.
    ///
    /// - Parameters:
    ///   - limit: holds for what is not an array.
    ///   - arrayLimit: holds where the first character of the body is `[`.
    ///   - ticket: admits large bodies.
    static func read(
        _ request: Request, limit: Limit, arrayLimit: Limit? = nil, ticket: LargeBodies.Ticket? = nil
    ) async throws(Problem) -> [UInt8] {
        let announced = request.headers[.contentLength].flatMap { Int($0) }
        var gate = Gate(limit: limit, arrayLimit: arrayLimit)
        if let announced {
            try gate.check(announced)
            try ticket?.check(announced)
        }
        var body: [UInt8] = []
        body.reserveCapacity(min(announced ?? 0, gate.atMost))
        do {
            for try await chunk in request.body {
                gate.look(at: chunk)
                let count = body.count + chunk.readableBytes
                try gate.check(max(count, announced ?? 0))
                try ticket?.check(count)
                body.append(contentsOf: chunk.readableBytesView)
            }
        } catch let problem as Problem {
            throw problem
        } catch {
            throw error is RequestTimeout ? .requestTimeout : cut
        }
        // The connection ended in the middle: nobody may take a part for the whole.
        if let announced, body.count < announced { throw cut }
        return body
    }

    private static var cut: Problem {
        var problem = Problem.unreadableBody(
            "The connection broke, or what came was not HTTP, before the body was complete.")
        problem.headers[.connection] = "close"
        return problem
    }

    /// Which limit holds, as far as is known.
    private struct Gate {
        let limit: Limit
        let arrayLimit: Limit?
        private var first: UInt8?

        init(limit: Limit, arrayLimit: Limit?) { (self.limit, self.arrayLimit) = (limit, arrayLimit) }

        var atMost: Int { max(limit.bytes, arrayLimit?.bytes ?? 0) }

        /// Notes the first byte that is not white space.
        mutating func look(at chunk: ByteBuffer) {
            guard arrayLimit != nil, first == nil else { return }
            first = chunk.readableBytesView.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        }

        func check(_ count: Int) throws(Problem) {
            let holds = arrayLimit.map { first == nil || first == UInt8(ascii: "[") ? $0 : limit } ?? limit
            if count > holds.bytes { throw .bodyTooLarge(limit: holds.bytes, holds.what) }
        }
    }
}

extension BodyReader {
    /// The body of a request that takes one JSON document.
    static func json(_ request: Request, _ configuration: HTTPConfiguration) async throws(Problem) -> [UInt8] {
        _ = try MediaType.of(request, accepting: [.json])
        return try await read(request, limit: Limit(bytes: configuration.eventLimit, what: "The body"))
    }

    /// The body of a request that may do without; then it needs no media type either.
    static func optionalJSON(
        _ request: Request, _ configuration: HTTPConfiguration
    ) async throws(Problem) -> [UInt8] {
        if request.headers[.contentType] != nil { return try await json(request, configuration) }
        let body = try await read(request, limit: Limit(bytes: configuration.eventLimit, what: "The body"))
        if !body.isEmpty { _ = try MediaType.of(request, accepting: [.json]) }
        return body
    }
}

/// A request that did not arrive in time.
struct RequestTimeout: Error {}

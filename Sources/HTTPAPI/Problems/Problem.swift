import HTTPTypes
import Hummingbird
import LoyaltyService
import Wire

/// A refusal as the caller reads it: an RFC 9457 problem document.
struct Problem: Error, Hashable, Sendable {
    /// Stable, snake_case; `type` is made of it.
    var code: String
    var status: Int
    /// The same sentence for every problem of this code.
    var title: String
    var detail: String
    var faults: [ServiceError.Fault] = []
    /// Seconds after which a retry makes sense.
    var retryAfter: Int?
    /// Header fields that belong to the refusal, such as `Allow`.
    var headers: HTTPFields = [:]
}

extension Problem {
    init(_ error: ServiceError) {
        self.init(
            code: error.code, status: error.status, title: error.title, detail: error.detail, faults: error.faults,
            retryAfter: error.retryAfter)
    }

    init(_ error: BodyError) {
        switch error {
        case .unreadable(let error):
            self = .unreadableBody(error.description)
            faults = error.pointer.map { [ServiceError.Fault(pointer: $0, detail: error.problem)] } ?? []
        case .invalid(let faults):
            self = .invalid(faults.map { ServiceError.Fault(pointer: $0.pointer, detail: $0.detail) })
        }
    }

    /// - Parameter what: what the pointers point into.
    static func invalid(_ faults: [ServiceError.Fault], of what: String = "body") -> Problem {
        let first = faults.first.map { $0.pointer.isEmpty ? "The \(what) \($0.detail)" : "\($0.pointer) \($0.detail)" }
        let more = faults.count > 1 ? " (and \(faults.count - 1) more, see errors)" : ""
        let sentence = (first ?? "Something in it is wrong") + more
        return Problem(
            code: "validation_failed", status: 422, title: "The request is readable but wrong",
            detail: sentence.hasSuffix("?") ? sentence : sentence + ".", faults: faults)
    }

    static func unreadableBody(_ detail: String) -> Problem {
        Problem(code: "unreadable_body", status: 400, title: "The body cannot be read", detail: detail)
    }

    static func bodyTooLarge(limit: Int, _ what: String) -> Problem {
        Problem(
            code: "body_too_large", status: 413, title: "The body is too large",
            detail: "\(what) may have at most \(limit) bytes.")
    }

    static func unsupportedMediaType(_ detail: String, accepted: String) -> Problem {
        Problem(
            code: "unsupported_media_type", status: 415, title: "The body is of a kind that is not taken here",
            detail: detail, headers: [.accept: accepted])
    }

    static func unauthenticated(_ detail: String, challenge: String) -> Problem {
        Problem(
            code: "unauthenticated", status: 401, title: "Who is asking is not known", detail: detail,
            headers: [.wwwAuthenticate: challenge])
    }

    static func forbidden(needs scopes: [String]) -> Problem {
        Problem(
            code: "forbidden", status: 403, title: "The API key does not allow this",
            detail: "It needs one of these scopes: \(scopes.joined(separator: ", ")).")
    }

    static let notForMembers = Problem(
        code: "forbidden", status: 403, title: "The API key does not allow this",
        detail: "A member's token reads what is the member's own. This takes an API key.")

    static func rateLimited(retryAfter seconds: Int) -> Problem {
        Problem(
            code: "rate_limited", status: 429, title: "Too many requests",
            detail: "This key has made too many requests. Nothing was done; try again in \(max(1, seconds)) s.",
            retryAfter: max(1, seconds))
    }

    static let tooManyRequestsUnderWay = Problem(
        code: "overloaded", status: 503, title: "The server is busy",
        detail: "Too many requests are under way. Nothing was written; try again.", retryAfter: 1)

    static let memberNotFound = Problem(
        code: "member_not_found", status: 404, title: "There is no such member",
        detail: "No member has this id. Ids are UUIDs, as the answer to POST /v1/members gives them.")

    static let notFound = Problem(
        code: "not_found", status: 404, title: "There is nothing here",
        detail: "No resource of this API has this path.")

    static func methodNotAllowed(_ method: String, allowed: [String]) -> Problem {
        let allowed = allowed.joined(separator: ", ")
        return Problem(
            code: "method_not_allowed", status: 405, title: "The resource does not know this method",
            detail: "\(method) is not possible here; these are: \(allowed).", headers: [.allow: allowed])
    }

    static let notHTTP = Problem(
        code: "unreadable_request", status: 400, title: "The request is not HTTP",
        detail: "The request line, the header fields or the framing of the body cannot be read, or are too large.")

    static let requestTimeout = Problem(
        code: "request_timeout", status: 408, title: "The request took too long to arrive",
        detail: "The body was not complete in time.", headers: [.connection: "close"])

    static let notReady = Problem(
        code: "not_ready", status: 503, title: "The server is not ready",
        detail: "It is starting or stopping, or the database cannot be reached.", retryAfter: 1)

    static let tooManyLargeBodies = Problem(
        code: "overloaded", status: 503, title: "The server is busy",
        detail: "Too many large batches are being read. Nothing was written; try again, or send smaller batches.",
        retryAfter: 1)

    static let shuttingDown = Problem(
        code: "overloaded", status: 503, title: "The server is busy",
        detail: "It is stopping; another one, or a retry, will.", retryAfter: 1)

    static let unexpected = Problem(
        code: "internal_error", status: 500, title: "Something went wrong here",
        detail: "It is noted in the server's log under the id that X-Request-Id gives.")
}

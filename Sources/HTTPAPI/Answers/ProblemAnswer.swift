import HTTPTypes
import Hummingbird
import LoyaltyService
import NIOCore
import Wire

extension Problem {
    /// The answer that tells it.
    var response: Response {
        var headers = self.headers
        headers[.contentType] = Self.mediaType
        if let retryAfter { headers[.retryAfter] = String(retryAfter) }
        return Response(status: httpStatus, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    var httpStatus: HTTPResponse.Status { .init(code: (400...599).contains(status) ? status : 500) }

    /// The document.
    var body: ByteBuffer {
        var writer = JSONWriter()
        writer.problem(self)
        return writer.withBytes { ByteBuffer(bytes: $0) }
    }

    static var mediaType: String { "application/problem+json" }
}

extension JSONWriter {
    mutating func problem(_ problem: Problem) {
        beginObject()
        member("type", "urn:treue:problem:\(problem.code)")
        member("title", problem.title)
        member("status", Int64(problem.status))
        member("detail", problem.detail)
        member("code", problem.code)
        if !problem.faults.isEmpty {
            key("errors")
            beginArray()
            for fault in problem.faults {
                beginObject()
                member("pointer", fault.pointer)
                member("detail", fault.detail)
                endObject()
            }
            endArray()
        }
        endObject()
    }
}

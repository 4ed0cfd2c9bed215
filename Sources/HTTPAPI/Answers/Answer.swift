import HTTPTypes
import Hummingbird
import NIOCore
import Wire

/// Answers that went well.
enum Answer {
    static func json(
        _ writer: JSONWriter, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: writer.withBytes { ByteBuffer(bytes: $0) }))
    }

    /// The answer with its entity tag, or 304 where the caller holds it already.
    static func tagged(
        _ tag: EntityTag, for request: Request, _ write: (inout JSONWriter) -> Void
    ) -> Response {
        if tag.isKnown(to: request) { return notModified(tag) }
        var writer = JSONWriter(reserving: 1024)
        write(&writer)
        return json(writer, headers: [.eTag: tag.text])
    }

    /// 204: done, and nothing to say.
    static func nothing() -> Response {
        var response = Response(status: .noContent)
        // It has no place in an answer without content (RFC 9110, 8.6).
        response.headers[.contentLength] = nil
        return response
    }

    /// 304: the caller holds the answer already.
    static func notModified(_ tag: EntityTag) -> Response {
        var response = Response(status: .notModified, headers: [.eTag: tag.text])
        // It would be taken for the length of the answer that was not sent (RFC 9110, 8.6).
        response.headers[.contentLength] = nil
        return response
    }
}

extension JSONWriter {
    /// A member that is `null` where there is no text.
    mutating func nullableMember(_ name: StaticString, _ value: String?) {
        if let value { member(name, value) } else { nullMember(name) }
    }

    /// A member that is `null` where there is no number.
    mutating func nullableMember(_ name: StaticString, _ value: Int64?) {
        if let value { member(name, value) } else { nullMember(name) }
    }

    /// A member that is `null`.
    mutating func nullMember(_ name: StaticString) {
        key(name)
        null()
    }
}

import HTTPTypes
import Hummingbird
import NIOCore
import Wire

/// Answers that went well.
enum Answer {
    static func json(_ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], _ writer: JSONWriter) -> Response {
        var headers = headers
        headers[.contentType] = "application/json"
        return Response(
            status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: writer.bytes)))
    }

    /// The answer with its entity tag, or 304 where the caller holds it already.
    static func tagged(
        _ tag: EntityTag, for request: Request, _ write: (inout JSONWriter) -> Void
    ) -> Response {
        if tag.isKnown(to: request) { return Response(status: .notModified, headers: [.eTag: tag.text]) }
        var writer = JSONWriter(reserving: 1024)
        write(&writer)
        return json(headers: [.eTag: tag.text], writer)
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

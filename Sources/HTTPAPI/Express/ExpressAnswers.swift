import HTTPTypes
import Loyalty
import LoyaltyService
import NIOCore
import NIOHTTP1
import Synchronization
import Wire

/// Writes answers as they go over the wire: what Hummingbird writes for the same answer, with most of it written once.
final class ExpressAnswers: Sendable {
    private let clock: @Sendable () -> Instant
    private let fields: ByteBuffer
    private let date = Mutex<(second: Int64, text: String)>((.min, ""))

    /// - Parameters:
    ///   - fields: stand in every answer.
    ///   - clock: for `Date`.
    init(fields: HTTPFields, clock: @escaping @Sendable () -> Instant) {
        self.fields = ByteBuffer(string: fields.map { "\r\n\($0.name): \($0.value)" }.joined())
        self.clock = clock
    }

    /// What is said before what went well.
    struct Success {
        var status: HTTPResponse.Status
        var tag: EntityTag?
    }

    /// The answer, and its status.
    func answer<Value>(
        _ result: Result<Value, ServiceError>, requestID: String, trace: TraceParent?,
        _ write: (inout JSONWriter, Value) -> Success
    ) -> (status: HTTPResponse.Status, bytes: ByteBuffer) {
        var writer = JSONWriter(reserving: 1024)
        let head: Head
        switch result {
        case .success(let value):
            let success = write(&writer, value)
            head = Head(status: success.status, type: "application/json", tag: success.tag)
        case .failure(let error):
            let problem = Problem(error)
            writer.problem(problem)
            head = Head(status: problem.httpStatus, type: Problem.mediaType, retryAfter: problem.retryAfter)
        }
        return (head.status, writer.withBytes { bytes(head, $0, requestID, trace) })
    }

    private struct Head {
        var status: HTTPResponse.Status
        var type: String
        var tag: EntityTag?
        var retryAfter: Int?
    }

    private func bytes(
        _ head: Head, _ body: UnsafeRawBufferPointer, _ requestID: String, _ trace: TraceParent?
    ) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.reserveCapacity(fields.readableBytes + body.count + 384)
        buffer.writeString("HTTP/1.1 \(head.status.code) \(head.status.reasonPhrase)")
        buffer.writeImmutableBuffer(fields)
        func write(_ name: StaticString, _ value: String) {
            buffer.writeStaticString(name)
            buffer.writeString(value)
        }
        write("\r\nContent-Type: ", head.type)
        write("\r\nContent-Length: ", String(body.count))
        write("\r\nX-Request-Id: ", requestID)
        write("\r\nDate: ", dateText())
        if let trace { write("\r\ntraceparent: ", trace.text) }
        if let tag = head.tag { write("\r\nETag: ", tag.text) }
        if let retryAfter = head.retryAfter { write("\r\nRetry-After: ", String(retryAfter)) }
        buffer.writeStaticString("\r\n\r\n")
        buffer.writeBytes(body)
        return buffer
    }

    private func dateText() -> String {
        let second = clock().micros / 1_000_000
        return date.withLock { date in
            if date.second != second { date = (second, HTTPDate.text(ofSecond: second)) }
            return date.text
        }
    }
}

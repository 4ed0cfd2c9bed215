import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Sits next to the socket and keeps one connection in bounds:
///
/// - a request that has not arrived whole within its time is ended with ``RequestTimeout``;
/// - after a refusal only so much of an unwanted body is read on before the connection is closed;
/// - a client that does not take its answer in is let go after as long;
/// - `Expect: 100-continue` is answered, unless the body is announced to be too large;
/// - a connection whose answer says `Connection: close` is closed, with a little time to take the answer in;
/// - what is not HTTP is told so in a problem document.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Bounds of a connection.
    struct Limits {
        var requestTimeout: TimeAmount
        /// Bytes of the largest body that can be welcome.
        var largestBody: Int
        /// How long an answer may stand before its connection is closed.
        var linger: TimeAmount = .seconds(2)
    }

    private let limits: Limits
    private var deadline: Scheduled<Void>?
    /// Runs while an answer waits for a client that does not read.
    private var reading: Scheduled<Void>?
    /// Whether this is one stream of an HTTP/2 connection, which knows no `Connection` header field.
    private var isStream = false
    private var isBodyExpected = false
    private var isAnswered = true
    private var closesAfterAnswer = false
    /// Bytes of a body that came after its answer.
    private var unwanted = 0

    init(limits: Limits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) {
        // A connection's parent is the listening channel, a stream's is the connection.
        isStream = context.channel.parent?.parent != nil
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        reading?.cancel()
        if !context.channel.isWritable {
            reading = context.eventLoop.assumeIsolated().scheduleTask(in: limits.requestTimeout) {
                context.close(promise: nil)
            }
        }
        context.fireChannelWritabilityChanged()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            begin(head, context)
        case .body(let buffer):
            if isAnswered {
                unwanted += buffer.readableBytes
                if unwanted > limits.largestBody { return context.close(promise: nil) }
            }
        case .end:
            isBodyExpected = false
            deadline?.cancel()
        }
        context.fireChannelRead(data)
    }

    private func begin(_ head: HTTPRequest, _ context: ChannelHandlerContext) {
        (isBodyExpected, isAnswered, unwanted) = (true, false, 0)
        deadline?.cancel()
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: limits.requestTimeout) {
            guard self.isBodyExpected else { return }
            context.fireErrorCaught(RequestTimeout())
            if self.isAnswered { context.close(promise: nil) }
        }
        let announced = head.headerFields[.contentLength].flatMap { Int($0) } ?? 0
        if head.headerFields[.expect]?.lowercased() == "100-continue", announced <= limits.largestBody {
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
        }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status.kind != .informational:
            closesAfterAnswer = head.headerFields[.connection] == "close"
            if Self.isParserRefusal(head) { return writeUnreadable(head, context, promise) }
            guard isStream else { return context.write(data, promise: promise) }
            var head = head
            head.headerFields[.connection] = nil
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .end:
            isAnswered = true
            context.write(data, promise: promise)
            if closesAfterAnswer { closeSoon(context) }
        default:
            context.write(data, promise: promise)
        }
    }

    /// What Hummingbird answers, without a body, to what its HTTP parser refuses.
    private static func isParserRefusal(_ head: HTTPResponse) -> Bool {
        head.status == .badRequest && head.headerFields[.contentLength] == "0"
            && head.headerFields[.connection] == "close"
    }

    private func writeUnreadable(
        _ head: HTTPResponse, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
    ) {
        let body = Problem.notHTTP.body
        var head = head
        head.headerFields[.contentType] = Problem.mediaType
        head.headerFields[.contentLength] = String(body.readableBytes)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: promise)
    }

    private func closeSoon(_ context: ChannelHandlerContext) {
        context.flush()
        context.eventLoop.assumeIsolated().scheduleTask(in: limits.linger) { context.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        reading?.cancel()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        reading?.cancel()
        context.fireChannelInactive()
    }
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}

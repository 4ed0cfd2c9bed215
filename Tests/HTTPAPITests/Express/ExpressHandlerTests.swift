import NIOCore
import NIOEmbedded
import NIOHTTP1
import Synchronization
import Testing

@testable import HTTPAPI

@Suite("the express of a connection")
struct ExpressHandlerTests {
    private static let event = "POST /express HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n"
    private static let other = "GET /other HTTP/1.1\r\nHost: x\r\n\r\n"

    @Test("a request of the route is begun, and its answer goes out as it is")
    func answers() throws {
        let line = try Line()
        try line.send(Self.event + "{}")
        #expect(line.route.begun == ["/express {}"] && line.passed == [])
        try line.answer("HTTP/1.1 201 Created\r\n\r\n")
        #expect(try line.sent() == "HTTP/1.1 201 Created\r\n\r\n")
    }

    @Test("what the route does not begin, or is not asked for, goes on as it came")
    func passesOn() throws {
        let line = try Line()
        line.route.state.withLock { $0.isWilling = false }
        try line.send(Self.event + "{}")
        #expect(line.passed == ["POST /express", "{}", "end"])
        try line.respond()
        try line.send(Self.other)
        #expect(line.passed.suffix(2) == ["GET /other", "end"] && line.route.begun.isEmpty)
    }

    @Test("a body that comes in two readings goes on whole", arguments: ["", "{"])
    func slowBody(first: String) throws {
        let line = try Line()
        try line.send(Self.event + first)
        #expect(line.passed.first == "POST /express")
        try line.send(first.isEmpty ? "{}" : "}")
        #expect(line.passed.dropFirst().dropLast().joined() == "{}" && line.passed.last == "end")
        #expect(line.route.begun.isEmpty)
    }

    @Test("a body that is too large goes on whole")
    func largeBody() throws {
        let line = try Line(largestBody: 1)
        try line.send(Self.event + "{}")
        #expect(line.passed == ["POST /express", "{}", "end"])
    }

    @Test("requests that come together are answered one after the other")
    func pipelining() throws {
        let line = try Line()
        try line.send(Self.event + "{}" + Self.event + "[]" + Self.other)
        #expect(line.route.begun == ["/express {}"] && line.passed == [])
        try line.answer("1")
        #expect(line.route.begun == ["/express {}", "/express []"] && line.passed == [])
        try line.answer("2")
        #expect(line.passed == ["GET /other", "end"])
        #expect(try line.sent() == "12")
    }

    @Test("behind a request that went on, the route's own go on too, until that is answered")
    func keepsOrder() throws {
        let line = try Line()
        try line.send(Self.other + Self.event + "{}")
        #expect(line.passed == ["GET /other", "end", "POST /express", "{}", "end"])
        try line.respond()
        try line.send(Self.event + "{}")
        #expect(line.route.begun.isEmpty)
        try line.respond()
        try line.respond()
        try line.send(Self.event + "{}")
        #expect(line.route.begun == ["/express {}"])
    }

    @Test("while one is under way nothing is read, and then it is")
    func backPressure() throws {
        let line = try Line()
        try line.send(Self.event + "{}")
        let before = line.reads
        line.channel.read()
        #expect(line.reads == before)
        try line.answer("1")
        #expect(line.reads == before + 1)
    }

    @Test("that the server stops, and what was wrong behind it, waits for the answer")
    func waitsForTheAnswer() throws {
        let line = try Line()
        try line.send(Self.event + "{}")
        line.channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        line.channel.pipeline.fireErrorCaught(Wrong())
        #expect(line.passed == [])
        try line.answer("1")
        #expect(line.passed == ["ChannelShouldQuiesceEvent", "Wrong"])
    }

    @Test("what is wrong within a request goes on behind its beginning")
    func wrongWithin() throws {
        let line = try Line()
        #expect(throws: (any Error).self) { () throws in
            try line.send(
                "POST /express HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\nnonsense\r\n")
        }
        #expect(line.passed == ["POST /express", "{", "HTTPParserError"] && line.route.begun.isEmpty)
    }

    @Test("an answer for a client who has gone goes nowhere")
    func gone() throws {
        let line = try Line()
        try line.send(Self.event + "{}" + Self.event + "[]")
        line.channel.pipeline.fireChannelInactive()
        try line.answer("1")
        #expect(line.route.begun == ["/express {}"] && line.passed == [])
        let gone = try Line()
        try gone.send(Self.event + "{}")
        _ = try gone.channel.finish(acceptAlreadyClosed: true)
        try gone.answer("1")
        #expect(gone.passed == [])
    }

    @Test("a client who takes no answers in is left to those who wait for it")
    func unwritable() throws {
        let line = try Line()
        line.channel.isWritable = false
        try line.send(Self.event + "{}")
        #expect(line.passed == ["POST /express", "{}", "end"])
        try line.respond()
        line.channel.isWritable = true
        try line.send(Self.event + "{}")
        #expect(line.route.begun == ["/express {}"])
    }

    @Test("what a failing write reads comes behind what waits")
    func failingWrite() throws {
        let line = try Line()
        try line.send(Self.event + "{}" + Self.other)
        line.whenWritten = { try? line.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n") }
        try line.answer("1")
        #expect(line.passed == ["GET /other", "end", "GET /later", "end"])
    }

    @Test("what comes while the waiting is dealt with comes behind all of it")
    func comesBetween() throws {
        let line = try Line()
        try line.send(Self.event + "{}" + Self.other + "GET /second HTTP/1.1\r\nHost: x\r\n\r\n")
        line.whenPassed = { try? line.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n") }
        try line.answer("1")
        #expect(line.passed == ["GET /other", "end", "GET /second", "end", "GET /later", "end"])
    }

    @Test("an answer to what was no request at all counts for none")
    func uncounted() throws {
        let line = try Line()
        try line.respond()
        try line.send(Self.other)
        try line.send(Self.event + "{}")
        #expect(line.route.begun.isEmpty)
    }

    @Test("a connection on which nothing happens is closed; the time counts from the last answer")
    func idle() throws {
        let line = try Line()
        line.advance(.seconds(50))
        try line.send(Self.event + "{}")
        line.advance(.seconds(600))
        #expect(line.channel.isActive)
        try line.answer("1")
        line.advance(.seconds(59))
        #expect(line.channel.isActive)
        line.advance(.seconds(61))
        #expect(!line.channel.isActive)
    }

    @Test("a request that comes in too slowly is no reason to stay; one that waits for its answer is")
    func idleWithin() throws {
        let waiting = try Line()
        try waiting.send(Self.other)
        waiting.advance(.seconds(600))
        #expect(waiting.channel.isActive)
        let slow = try Line()
        try slow.send(Self.event + "{")
        slow.advance(.seconds(121))
        #expect(!slow.channel.isActive)
    }
}

private struct Wrong: Error {}

/// A channel with the parser, the handler, and an end that notes what is passed on.
private final class Line {
    let channel = EmbeddedChannel()
    let route = ScriptedRoute()
    private let end = End()
    private let start = Start()

    init(largestBody: Int = 100) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers(start)
        try pipeline.addHandlers(HTTPResponseEncoder(), ByteToMessageHandler(HTTPRequestDecoder()))
        let encoder = try pipeline.context(handlerType: HTTPResponseEncoder.self)
        let limits = ExpressHandler.Limits(idleTimeout: .seconds(60), largestBody: largestBody)
        try pipeline.addHandlers(ExpressHandler(routes: [route], limits: limits, encoder: encoder), end)
        try channel.connect(to: .init(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    var passed: [String] { end.passed }
    var reads: Int { start.reads }
    /// Called while something is written.
    var whenWritten: (() -> Void)? {
        get { start.whenWritten }
        set { start.whenWritten = newValue }
    }

    /// Called when something is passed on.
    var whenPassed: (() -> Void)? {
        get { end.whenPassed }
        set { end.whenPassed = newValue }
    }

    func send(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }

    /// The route's answer to what it began first.
    func answer(_ text: String) throws {
        let answer = route.state.withLock { $0.answers.removeFirst() }
        answer(ByteBuffer(string: text))
    }

    /// An answer to what was passed on.
    func respond() throws {
        try channel.writeOutbound(HTTPServerResponsePart.head(.init(version: .http1_1, status: .ok)))
        try channel.writeOutbound(HTTPServerResponsePart.end(nil))
    }

    func sent() throws -> String {
        var text = ""
        while let part = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
        return text
    }

    func advance(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }
}

/// Begins what it is asked to, where it is willing, and keeps what is to be called with the answer.
private final class ScriptedRoute: ExpressRoute {
    struct State {
        var isWilling = true
        var begun: [String] = []
        var answers: [@Sendable (ByteBuffer) -> Void] = []
    }

    let state = Mutex(State())
    var begun: [String] { state.withLock { $0.begun } }

    func mayTake(_ head: HTTPRequestHead) -> Bool { head.uri == "/express" }

    func begin(
        _ head: HTTPRequestHead, _ body: ByteBuffer, on loop: any EventLoop,
        answer: @escaping @Sendable (ByteBuffer) -> Void
    ) -> Bool {
        state.withLock { state in
            guard state.isWilling else { return false }
            state.begun.append("\(head.uri) \(String(buffer: body))")
            state.answers.append(answer)
            return true
        }
    }
}

private final class Start: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    var reads = 0
    var whenWritten: (() -> Void)?

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        context.write(data, promise: promise)
        whenWritten?()
        whenWritten = nil
    }

    func read(context: ChannelHandlerContext) {
        reads += 1
        context.read()
    }
}

private final class End: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    var passed: [String] = []
    var whenPassed: (() -> Void)?

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): passed.append("\(head.method) \(head.uri)")
        case .body(let body): passed.append(String(buffer: body))
        case .end: passed.append("end")
        }
        let then = whenPassed
        whenPassed = nil
        then?()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) { passed.append("\(type(of: event))") }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        passed.append("\(type(of: error))")
        context.fireErrorCaught(error)
    }
}

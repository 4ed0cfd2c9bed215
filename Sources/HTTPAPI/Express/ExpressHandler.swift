import NIOCore
import NIOHTTP1

/// Takes the requests of ``ExpressRoute``s out of a connection and answers them; passes on everything else as it came.
///
/// A request is taken only where it has come whole in one reading of the socket, where no other of its connection is under
/// way, so that answers keep the order of their requests, and where the client takes its answers in. While one is under way
/// nothing more is read, and what came with it waits. It also closes the connection on which nothing has happened for too
/// long, since it alone sees all of it.
final class ExpressHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    struct Limits {
        /// After so long without a byte the connection is closed, between requests or within one that comes in.
        var idleTimeout: TimeAmount
        /// Bytes of the largest body that is taken.
        var largestBody: Int
    }

    private enum State {
        case open
        /// A request that may be for the route is coming in.
        case collecting(any ExpressRoute, HTTPRequestHead, ByteBuffer)
        /// One is under way.
        case answering
    }

    /// What came behind a request that is under way.
    private enum Held {
        case part(NIOAny)
        case event(Any)
        case error(any Error)
    }

    private let routes: [any ExpressRoute]
    private let limits: Limits
    /// The encoder's place in the pipeline: what is written from there goes out as it is.
    private let encoder: ChannelHandlerContext
    private var context: ChannelHandlerContext?
    private var state = State.open
    /// Requests that were passed on and are not answered yet.
    private var passedOn = 0
    /// Whether one of these is still coming in.
    private var isComing = false
    /// Whether parts were passed on since reading began.
    private var hasPassed = false
    private var held = CircularBuffer<Held>()
    /// Whether somebody asked for more to be read meanwhile.
    private var wantsMore = false
    private var lastActive: NIODeadline
    private var idle: Scheduled<Void>?

    init(routes: [any ExpressRoute], limits: Limits, encoder: ChannelHandlerContext) {
        (self.routes, self.limits, self.encoder) = (routes, limits, encoder)
        lastActive = encoder.eventLoop.now
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        watch(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        idle?.cancel()
        self.context = nil
    }
}

// MARK: - What comes in

extension ExpressHandler {
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastActive = context.eventLoop.now
        if isHolding { held.append(.part(data)) } else { take(data, context) }
    }

    private func take(_ data: NIOAny, _ context: ChannelHandlerContext) {
        if case .collecting(let route, let head, let body) = state {
            collect(unwrapInboundIn(data), for: route, head, body, context)
        } else if passedOn == 0, context.channel.isWritable, case .head(let head) = unwrapInboundIn(data),
            let route = routes.first(where: { $0.mayTake(head) })
        {
            state = .collecting(route, head, ByteBuffer())
        } else {
            pass(data, context)
        }
    }

    private func collect(
        _ part: HTTPServerRequestPart, for route: any ExpressRoute, _ head: HTTPRequestHead,
        _ body: consuming ByteBuffer, _ context: ChannelHandlerContext
    ) {
        switch part {
        case .body(var chunk) where body.readableBytes + chunk.readableBytes <= limits.largestBody:
            // Only one of them holds the bytes, or they would be copied.
            state = .open
            if body.readableBytes == 0 { swap(&body, &chunk) } else { body.writeBuffer(&chunk) }
            state = .collecting(route, head, body)
        case .end(nil):
            state = .answering
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            if route.begin(head, body, on: context.eventLoop, answer: { bound.value.finish($0) }) { return }
            state = .collecting(route, head, body)
            letGo(context)
            pass(wrapInboundOut(part), context)
        default:
            letGo(context)
            pass(wrapInboundOut(part), context)
        }
    }

    private func finish(_ answer: ByteBuffer) {
        guard let context else { return }
        // Under way until it is written: a write that fails reads what has come, and that belongs behind what waits.
        encoder.writeAndFlush(NIOAny(answer), promise: nil)
        (state, lastActive) = (.open, context.eventLoop.now)
        if !held.isEmpty { goOn(context) }
        guard wantsMore, !isHolding else { return }
        wantsMore = false
        context.read()
    }

    /// Deals with what has waited, up to the next request that is begun.
    private func goOn(_ context: ChannelHandlerContext) {
        while !isAnswering, let item = held.popFirst() {
            switch item {
            case .part(let part):
                take(part, context)
            case .event(let event):
                letGo(context)
                context.fireUserInboundEventTriggered(event)
            case .error(let error):
                letGo(context)
                context.fireErrorCaught(error)
            }
        }
        channelReadComplete(context: context)
    }

    private var isAnswering: Bool { if case .answering = state { true } else { false } }
    /// Whether what comes now must wait.
    private var isHolding: Bool { isAnswering || !held.isEmpty }

    /// Passes on what was collected: it is not for the route, or comes too slowly.
    private func letGo(_ context: ChannelHandlerContext) {
        guard case .collecting(_, let head, let body) = state else { return }
        state = .open
        pass(wrapInboundOut(.head(head)), context)
        if body.readableBytes > 0 { pass(wrapInboundOut(.body(body)), context) }
    }

    private func pass(_ data: NIOAny, _ context: ChannelHandlerContext) {
        hasPassed = true
        switch unwrapInboundIn(data) {
        case .head: (passedOn, isComing) = (passedOn + 1, true)
        case .body: break
        case .end: isComing = false
        }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        letGo(context)
        guard hasPassed else { return }
        hasPassed = false
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // That the server stops, or the client has said all that it will, closes connections that wait for nothing.
        if isHolding { return held.append(.event(event)) }
        letGo(context)
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if isHolding { return held.append(.error(error)) }
        letGo(context)
        context.fireErrorCaught(error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        // Nobody is there for the answers.
        held.removeAll()
        letGo(context)
        context.fireChannelInactive()
    }
}

// MARK: - What goes out

extension ExpressHandler {
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        lastActive = context.eventLoop.now
        // What is not HTTP is answered, too, and has not been counted.
        if case .end = unwrapOutboundIn(data), passedOn > 0 { passedOn -= 1 }
        context.write(data, promise: promise)
    }

    func read(context: ChannelHandlerContext) {
        if isHolding { wantsMore = true } else { context.read() }
    }
}

// MARK: - When nothing comes

extension ExpressHandler {
    private func watch(_ context: ChannelHandlerContext) {
        let wait = max(.milliseconds(1), lastActive + limits.idleTimeout - context.eventLoop.now)
        idle = context.eventLoop.assumeIsolated().scheduleTask(in: wait) {
            guard self.context != nil else { return }
            let isWaiting = !self.isAnswering && (self.passedOn == 0 || self.isComing)
            guard isWaiting else { return self.begin(again: context) }
            guard context.eventLoop.now < self.lastActive + self.limits.idleTimeout else {
                return context.close(promise: nil)
            }
            self.watch(context)
        }
    }

    /// The time counts from the answer on.
    private func begin(again context: ChannelHandlerContext) {
        lastActive = context.eventLoop.now
        watch(context)
    }
}

@available(*, unavailable)
extension ExpressHandler: Sendable {}

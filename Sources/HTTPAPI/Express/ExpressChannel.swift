import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1

/// Hummingbird's channel for HTTP/1.1, with an ``ExpressHandler`` before everything but the parser.
struct ExpressChannel: ServerChildChannel {
    private let base: HTTP1Channel
    private let routes: [any ExpressRoute]
    private let limits: ExpressHandler.Limits

    /// - Parameter configuration: its idle timeout is left to the handler, which alone sees every request.
    init(
        routes: [any ExpressRoute], limits: ExpressHandler.Limits, configuration: HTTP1Channel.Configuration,
        responder: @escaping HTTPChannelHandler.Responder
    ) {
        var configuration = configuration
        configuration.idleTimeout = nil
        base = HTTP1Channel(responder: responder, configuration: configuration)
        (self.routes, self.limits) = (routes, limits)
    }

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
        base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            let pipeline = channel.pipeline.syncOperations
            let decoder = try pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self).handler
            let encoder = try pipeline.context(handlerType: HTTPResponseEncoder.self)
            let handler = ExpressHandler(routes: routes, limits: limits, encoder: encoder)
            try pipeline.addHandler(handler, position: .after(decoder))
            return value
        }
    }

    func handle(value: HTTP1Channel.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

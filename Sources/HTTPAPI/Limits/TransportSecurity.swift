import Foundation
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOSSL
import NIOTLS

/// A certificate and its key: with them the server speaks TLS, with HTTP/2 and HTTP/1.1 as the client likes.
public struct TransportSecurity: Sendable {
    let configuration: TLSConfiguration

    /// Why they cannot be used.
    public struct Unusable: Error, CustomStringConvertible {
        public var description: String
    }

    /// Reads them, and sees to it that they belong together.
    ///
    /// - Parameters:
    ///   - certificate: a PEM file: the certificate first, then those that vouch for it.
    ///   - key: a PEM file without a passphrase.
    public init(certificate: String, key: String) throws(Unusable) {
        let chain: [NIOSSLCertificateSource]
        do {
            chain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
        } catch {
            throw Unusable(description: "\(certificate) does not hold a certificate in PEM")
        }
        do {
            let secret = try NIOSSLPrivateKey(file: key, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: .privateKey(secret))
            configuration.minimumTLSVersion = .tlsv12
            _ = try NIOSSLContext(configuration: configuration)
            self.configuration = configuration
        } catch {
            throw Unusable(description: "\(key) does not hold the key, in PEM, of the certificate in \(certificate)")
        }
    }
}

extension TransportSecurity {
    /// A server that negotiates HTTP/2 or HTTP/1.1.
    func server(_ streams: HTTP1Channel.Configuration, timeout: TimeAmount) -> HTTPServerBuilder {
        HTTPServerBuilder { [configuration] responder in
            HandshakeBound(
                base: try HTTP2UpgradeChannel(
                    tlsConfiguration: configuration,
                    configuration: HTTP2ChannelConfiguration(
                        idleTimeout: .nanoseconds(timeout.nanoseconds), gracefulCloseTimeout: .seconds(30),
                        streamConfiguration: streams),
                    responder: responder),
                timeout: timeout)
        }
    }
}

/// Bounds the time that a client may take to agree on a connection.
private struct HandshakeBound<Base: ServerChildChannel>: ServerChildChannel {
    typealias Value = Base.Value

    let base: Base
    let timeout: TimeAmount

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        let value = base.setup(channel: channel, logger: logger)
        do {
            let pipeline = channel.pipeline.syncOperations
            let tls = try pipeline.handler(type: NIOSSLServerHandler.self)
            try pipeline.addHandler(HandshakeTimer(timeout), position: .after(tls))
            return value
        } catch {
            return channel.eventLoop.makeFailedFuture(error)
        }
    }

    func handle(value: Base.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

/// Closes a connection that is not agreed on in time.
private final class HandshakeTimer: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let timeout: TimeAmount
    private var deadline: Scheduled<Void>?

    init(_ timeout: TimeAmount) { self.timeout = timeout }

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { context.close(promise: nil) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { deadline?.cancel() }
        context.fireUserInboundEventTriggered(event)
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }
}

@available(*, unavailable)
extension HandshakeTimer: Sendable {}

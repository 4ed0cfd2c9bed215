import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// A server on a local port that answers every connection's first bytes with the same bytes, or with none.
final class LocalReceiver: Sendable {
    let port: Int
    private let channel: any Channel
    private let state: Received

    /// What came, in order.
    final class Received: Sendable {
        private let texts = Mutex<[String]>([])
        var all: [String] { texts.withLock { $0 } }
        func add(_ text: String) { texts.withLock { $0.append(text) } }
    }

    var received: [String] { state.all }

    private init(channel: any Channel, state: Received) {
        (self.channel, self.state) = (channel, state)
        port = channel.localAddress?.port ?? 0
    }

    /// - Parameters:
    ///   - answer: what is written; nil: nothing, ever.
    ///   - closes: whether the connection is closed behind it.
    static func start(_ answer: String?, closes: Bool = false) async throws -> LocalReceiver {
        let state = Received()
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        Answerer(answer: answer, closes: closes, state: state))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return LocalReceiver(channel: channel, state: state)
    }

    func stop() async throws { try await channel.close() }

    private final class Answerer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        let answer: String?
        let closes: Bool
        let state: Received
        private var gathered = ""

        init(answer: String?, closes: Bool, state: Received) {
            (self.answer, self.closes, self.state) = (answer, closes, state)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            gathered += String(buffer: unwrapInboundIn(data))
            // The bodies of these tests end with a brace.
            guard gathered.hasSuffix("}") else { return }
            state.add(gathered)
            gathered = ""
            guard let answer else { return }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
            if closes { context.close(promise: nil) }
        }
    }
}

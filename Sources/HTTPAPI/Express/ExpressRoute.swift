import NIOCore
import NIOHTTP1

/// A route whose requests are answered where their bytes are read, without a task of their own: what that spares is a
/// third of the processor time of a small request (docs/performance.md). It has to do with microseconds of work that
/// waits for nothing; everything else goes the long way, through Hummingbird, and gets the same answer there.
protocol ExpressRoute: Sendable {
    /// Whether a request with this head may be one for it, once its body is there.
    func mayTake(_ head: HTTPRequestHead) -> Bool

    /// Begins a request that has come in whole.
    ///
    /// - Parameters:
    ///   - loop: that of the connection, which is the current one.
    ///   - answer: called once, on `loop`, with the whole answer as it goes over the wire.
    /// - Returns: false where nothing was done, and the request is to go the long way.
    func begin(
        _ head: HTTPRequestHead, _ body: ByteBuffer, on loop: any EventLoop,
        answer: @escaping @Sendable (ByteBuffer) -> Void
    ) -> Bool
}

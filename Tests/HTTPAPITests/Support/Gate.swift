/// Holds whoever comes until it is opened, and tells that somebody came.
final class Gate: Sendable {
    private let arrivals = AsyncStream.makeStream(of: Void.self)
    private let opening = AsyncStream.makeStream(of: Void.self)

    /// Says that somebody is here, and waits.
    func pass() async {
        arrivals.continuation.yield()
        for await _ in opening.stream {}
    }

    /// Returns when somebody waits.
    func somebodyWaits() async { for await _ in arrivals.stream { break } }

    func open() { opening.continuation.finish() }
}

/// How a simulation stays behind live traffic: it works in small bites, rests after each, and waits while others wait.
public struct SimulationPace: Sendable {
    /// Of a hundred parts of the time, how many it may work.
    public var share: Int
    /// Whether somebody waits for the same machine.
    public var isBusy: @Sendable () -> Bool

    /// - Parameter share: 1 to 100; 100 for no rest.
    public init(share: Int = 50, isBusy: @escaping @Sendable () -> Bool = { false }) {
        (self.share, self.isBusy) = (min(100, max(1, share)), isBusy)
    }

    /// How long others may keep it waiting after one bite, in steps.
    private static let mostSteps = 100
    private static let step = Duration.milliseconds(20)

    /// Rests as long as the last bite asks for.
    func rest(after work: Duration) async throws {
        if share < 100 { try await Task.sleep(for: work * (100 - share) / share) }
        for _ in 0..<Self.mostSteps where isBusy() { try await Task.sleep(for: Self.step) }
        try Task.checkCancellation()
    }
}

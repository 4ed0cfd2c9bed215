public import Loyalty
public import Wire

extension LoyaltyService {
    /// Records events of a checkout, in order: durable when it returns. One refused event never spoils its neighbours.
    public func record(_ events: [IncomingEvent], receivedAt: Instant) async -> [Result<EventAnswer, ServiceError>] {
        var answers = await recordOnce(events, receivedAt: receivedAt)
        let moved = answers.indices.filter { answers[$0].isMoved }
        guard !moved.isEmpty else { return answers }
        // Somebody took an identifier away, perhaps in another process: the database knows whose it is now.
        directory.forget(moved.map { events[$0].member })
        let again = await recordOnce(moved.map { events[$0] }, receivedAt: receivedAt)
        for (index, answer) in zip(moved, again) { answers[index] = answer }
        return answers
    }
}

extension Result where Failure == ServiceError {
    fileprivate var isMoved: Bool {
        if case .failure(let error) = self { error == .identityMoved } else { false }
    }
}

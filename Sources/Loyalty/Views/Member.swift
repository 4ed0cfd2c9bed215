extension Programme {
    /// The member as they stand at `instant`, with what has fallen due by then, although nothing may have recorded it.
    ///
    /// - Returns: the state, and what is due but not recorded.
    public func current(_ state: MemberState, at instant: Instant) throws(LoyaltyFault) -> (
        state: MemberState, due: [DatedEvent]
    ) {
        var state = state
        let due = try state.advance(to: instant, under: self)
        return (state, due)
    }

    /// The member as they stood at `instant` by business time: every event whose time is not later, whenever it was
    /// recorded, and what had fallen due.
    ///
    /// - Parameter history: all events of the member in the order recorded.
    public func state(of history: [DatedEvent], asOf instant: Instant) throws(LoyaltyFault) -> MemberState {
        // Behind the latest of what is known nothing has been recorded yet of what is redeemed by itself.
        let recorded = history.filter { $0.event.role != .other }.map(\.at).max() ?? history.first?.at
        guard let known = recorded, known < instant else {
            return try Timeline.replayed(history, until: instant, under: self).timeline.state
        }
        var timeline = try Timeline.replayed(history, until: known, under: self).timeline
        _ = try timeline.advance(to: instant, converting: true)
        return timeline.state
    }
}

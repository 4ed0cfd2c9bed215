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
        try Timeline.replayed(history, until: instant, under: self).timeline.state
    }
}

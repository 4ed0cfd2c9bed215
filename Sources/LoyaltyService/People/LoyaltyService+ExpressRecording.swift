public import Loyalty
public import Wire

extension LoyaltyService {
    /// Records one event as ``record(_:receivedAt:)`` does, without a task, where that begins without waiting: for a
    /// member who is in memory, while the queue has room.
    ///
    /// - Parameters:
    ///   - resume: brings work to the thread that wants the answer. Mostly called on the lane's, which must not be held up.
    ///   - answer: called once, by way of `resume`.
    /// - Returns: false where nothing was begun; then `answer` is never called.
    public func beginRecording(
        _ event: IncomingEvent, receivedAt: Instant,
        resume: @escaping Resumption,
        answer: @escaping @Sendable (Result<EventAnswer, ServiceError>) -> Void
    ) -> Bool {
        guard !isInFuture(event, receivedAt), let member = directory.known(event.member), takePlaces(1) else {
            return false
        }
        let request = LaneRequest(
            memberID: member.id, work: .event(event, at: event.time ?? receivedAt), isRemembered: member.isRemembered)
        lanes.submit(request) { reply in
            self.leavePlaces(1)
            resume { self.finish(reply, to: event, as: request, receivedAt, resume, answer) }
        }
        return true
    }

    private func finish(
        _ reply: AppendLanes.Reply, to event: IncomingEvent, as request: LaneRequest, _ receivedAt: Instant,
        _ resume: @escaping Resumption,
        _ answer: @escaping @Sendable (Result<EventAnswer, ServiceError>) -> Void
    ) {
        switch reply {
        case .success(.recorded(let recorded)) where recorded.referral != nil:
            Task {
                let result = await tell(recorded, of: event, as: request, receivedAt)
                resume { answer(result) }
            }
        case .failure(let error as ServiceError) where error.mayBeAnothers:
            // Nothing was recorded: all of it again, as somebody does who may have to ask who the member is now.
            if error == .identityMoved { directory.forget([event.member]) }
            Task {
                let result = await record(event, receivedAt: receivedAt)
                resume { answer(result) }
            }
        default:
            answer(self.answer(reply, to: event, as: request))
        }
    }

    private func tell(
        _ recorded: EventReply, of event: IncomingEvent, as request: LaneRequest, _ receivedAt: Instant
    ) async -> Result<EventAnswer, ServiceError> {
        do {
            if let referral = recorded.referral { try await tell(referral, of: recorded.memberID, at: receivedAt) }
            return answer(.success(.recorded(recorded)), to: event, as: request)
        } catch {
            return .failure(translated(error))
        }
    }
}

extension ServiceError {
    /// Whether the event may concern somebody else than whom it was taken for.
    var mayBeAnothers: Bool { self == .identityMoved || isOfSurvivor }

    /// Whether it may concern who the member has become.
    var isOfSurvivor: Bool { code == Rejection.Code.memberMerged.rawValue || self == .eventConflict }
}

import HTTPTypes
import Logging
import Loyalty
import LoyaltyService
import NIOCore
import NIOHTTP1
import Wire

/// `POST /v1/events` with one event of a member who is known, from a till whose key is known: what checkouts ask all day.
struct EventExpress<API: LoyaltyAPI>: ExpressRoute {
    let api: API
    let admission: Admission
    let notes: RequestNotes
    let answers: ExpressAnswers
    let clock: @Sendable () -> Instant

    func mayTake(_ head: HTTPRequestHead) -> Bool {
        head.method == .POST && head.uri == EventRoutes<API>.path && head.version == .http1_1
    }

    func begin(
        _ head: HTTPRequestHead, _ body: ByteBuffer, on loop: any EventLoop,
        answer: @escaping @Sendable (ByteBuffer) -> Void
    ) -> Bool {
        let started = ContinuousClock.now
        let now = clock()
        guard let fields = ExpressFields(head.headers),
            let key = try? Authenticator.bearerToken(of: fields.authorization),
            let principal = api.knownPrincipal(key, at: now), principal.may(EventRoutes<API>.scopes),
            (try? MediaType.of(fields.contentType, accepting: [.cloudEvent, .json])) != nil,
            enter(principal, at: now)
        else { return false }
        let note = RequestNotes.Request(
            method: .post, route: EventRoutes<API>.path, requestID: RequestID.of(fields.requestID),
            trace: fields.traceParent.flatMap { TraceParent($0) }, started: started)
        let isBegun = record(body, at: now, as: note, on: loop, answer: answer)
        if isBegun {
            notes.begin()
        } else {
            admission.gate.leave()
            admission.limiter?.readmit(principal.keyID)
        }
        return isBegun
    }

    /// Whether the request is let in; the long way tells why one is not.
    private func enter(_ principal: Principal, at now: Instant) -> Bool {
        guard admission.gate.enter() else { return false }
        guard admission.limiter?.admit(principal.keyID, at: now) == nil else {
            admission.gate.leave()
            return false
        }
        return true
    }

    private func record(
        _ body: ByteBuffer, at now: Instant, as note: RequestNotes.Request, on loop: any EventLoop,
        answer: @escaping @Sendable (ByteBuffer) -> Void
    ) -> Bool {
        guard let event = try? CloudEventReader.read(Array(body.readableBytesView)) else { return false }
        return api.beginRecording(
            event.traced(by: note.trace), receivedAt: now, resume: { loop.execute($0) }
        ) { result in
            admission.gate.leave()
            let (status, bytes) = answers.answer(result, requestID: note.requestID, trace: note.trace)
            notes.end(note, status: status)
            answer(bytes)
        }
    }
}

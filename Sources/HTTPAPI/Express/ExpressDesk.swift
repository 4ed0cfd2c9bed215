import HTTPTypes
import Loyalty
import LoyaltyService
import NIOCore
import NIOHTTP1
import Wire

/// What the express's routes have in common: who asks, whether they are let in, and what is noted of it.
struct ExpressDesk<API: LoyaltyAPI>: Sendable {
    let api: API
    let admission: Admission
    let notes: RequestNotes
    let answers: ExpressAnswers
    let clock: @Sendable () -> Instant

    /// A request whose sender is known and let in. ``leave(_:)`` or ``answer(_:to:_:)`` must follow.
    struct Guest: Sendable {
        let fields: ExpressFields
        let principal: Principal
        let at: Instant
        let note: RequestNotes.Request
        var trace: TraceParent? { note.trace }
    }

    /// nil where the long way tells why, or whether, the request is refused.
    func enter(
        _ head: HTTPRequestHead, _ method: HTTPRequest.Method, _ route: String, for scopes: Set<Scope>
    ) -> Guest? {
        let started = ContinuousClock.now
        let now = clock()
        guard let fields = ExpressFields(head.headers),
            let key = try? Authenticator.bearerToken(of: fields.authorization),
            let principal = api.knownPrincipal(key, at: now), principal.may(scopes), admission.gate.enter()
        else { return nil }
        guard admission.limiter?.admit(principal.keyID, at: now) == nil else {
            admission.gate.leave()
            return nil
        }
        notes.begin()
        let note = RequestNotes.Request(
            method: method, route: route, requestID: RequestID.of(fields.requestID),
            trace: fields.traceParent.flatMap { TraceParent($0) }, started: started)
        return Guest(fields: fields, principal: principal, at: now, note: note)
    }

    /// The request goes the long way after all, as if it had not been here.
    func leave(_ guest: Guest) {
        admission.gate.leave()
        admission.limiter?.readmit(guest.principal.keyID)
        notes.withdraw()
    }

    /// The answer that goes out; `write` writes what went well.
    func answer<Value>(
        _ result: Result<Value, ServiceError>, to guest: Guest,
        _ write: (inout JSONWriter, Value) -> ExpressAnswers.Success
    ) -> ByteBuffer {
        admission.gate.leave()
        let (status, bytes) = answers.answer(result, requestID: guest.note.requestID, trace: guest.trace, write)
        notes.end(guest.note, status: status)
        return bytes
    }
}

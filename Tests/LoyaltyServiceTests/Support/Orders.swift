import Foundation
import Loyalty
import LoyaltyService
import Testing
import Wire

extension MemberReference {
    static func id(_ id: UUID) -> MemberReference { make(.id, UUIDText.text(id)) }
    static func external(_ text: String) -> MemberReference { make(.externalID, text) }
    static func email(_ text: String) -> MemberReference { make(.email, text) }

    private static func make(_ kind: Kind, _ text: String) -> MemberReference {
        guard let reference = MemberReference(kind, text) else { preconditionFailure("\(text) is no \(kind)") }
        return reference
    }
}

extension IncomingEvent {
    /// A purchase of one article, in whole dollars; one day after ``Shop/start`` unless told otherwise.
    static func purchase(
        _ id: String, by member: MemberReference, dollars: Int64 = 10, order: String? = nil, day: Int64 = 1,
        currency: String = "USD"
    ) -> IncomingEvent {
        let line = Line(sku: "A", quantity: 1, unitPrice: dollars * 100)
        let purchase = Purchase(
            order: OrderReference(source: "shop", id: order ?? id), currency: currency, lines: [line])
        return IncomingEvent(
            id: id, source: "shop", time: at(day), member: member, command: .purchase(purchase))
    }

    /// All of an order's one article comes back.
    static func comesBack(
        _ id: String, by member: MemberReference, order: String, dollars: Int64 = 10, day: Int64 = 2
    ) -> IncomingEvent {
        let line = Line(sku: "A", quantity: 1, unitPrice: dollars * 100)
        let goods = PurchaseReturn(
            source: "shop", order: OrderReference(source: "shop", id: order), returnID: id, currency: "USD",
            goods: .lines([line]))
        return IncomingEvent(
            id: id, source: "shop", time: at(day), member: member, command: .purchaseReturn(goods))
    }

    private static func at(_ day: Int64) -> Instant { Instant(micros: Shop.start.micros + day * Shop.day) }
}

extension LoyaltyService {
    /// Records as the API does: without a task where that is possible.
    func record(_ event: IncomingEvent) async -> Result<EventAnswer, ServiceError> {
        if let answer = await recordExpressly(event) { return answer }
        return await record(event, receivedAt: Shop.now)
    }

    /// nil where it is left to the long way.
    func recordExpressly(_ event: IncomingEvent) async -> Result<EventAnswer, ServiceError>? {
        await withCheckedContinuation { continuation in
            let isBegun = beginRecording(event, receivedAt: Shop.now, resume: { $0() }) {
                continuation.resume(returning: $0)
            }
            if !isBegun { continuation.resume(returning: nil) }
        }
    }

    func record(_ events: [IncomingEvent]) async -> [Result<EventAnswer, ServiceError>] {
        await record(events, receivedAt: Shop.now)
    }

    /// Records each by a request of its own, all at once.
    func recordAtOnce(_ events: [IncomingEvent]) async -> [Result<EventAnswer, ServiceError>] {
        await withTaskGroup(of: (Int, Result<EventAnswer, ServiceError>).self) { group in
            for (index, event) in events.enumerated() { group.addTask { (index, await self.record(event)) } }
            var answers = [Result<EventAnswer, ServiceError>?](repeating: nil, count: events.count)
            for await (index, answer) in group { answers[index] = answer }
            return answers.compactMap(\.self)
        }
    }
}

extension Result where Success == EventAnswer, Failure == ServiceError {
    /// What the caller reads: `accepted`, `duplicate` or the code of the problem.
    var word: String {
        switch self {
        case .success(let answer): answer.status.rawValue
        case .failure(let error): error.code
        }
    }

    /// What must be the same in the first answer and in every later one.
    var effect: String? {
        guard case .success(let answer) = self else { return nil }
        let entries = answer.entries.map { "\($0.version ?? 0) \($0.explanation) \($0.entry.points)" }
        return "\(answer.memberID) \(answer.outcome) \(entries)"
    }
}

extension Result where Success == EventAnswer, Failure == ServiceError {
    var answer: EventAnswer? { try? get() }
}

extension Shop {
    /// Points available now to whom that answer is about; nil where it was a refusal.
    func points(after result: Result<EventAnswer, ServiceError>) async throws -> Int64? {
        guard let answer = result.answer else { return nil }
        return try await points(of: answer.memberID)
    }
}

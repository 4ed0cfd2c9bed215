import EventLog
import Foundation
public import Loyalty
import Postgres
public import Wire

extension LoyaltyService {
    /// Takes in what a shop's software says. Any message may come any number of times and in any order; what is recorded
    /// goes the way of every event, so that it counts once, for ever.
    ///
    /// - Parameter source: names the shop; with the shop's own numbers it makes the keys of the events.
    /// - Throws: what is worth another try. Whatever would be refused again is an answer.
    public func receive(
        _ message: ShopMessage, from source: String, at: Instant
    ) async throws(ServiceError) -> ConnectorAnswer {
        do {
            switch message {
            case .ignored(let reason):
                return ConnectorAnswer(.ignored, reason: reason)
            case .order(let order):
                return try await take(order.id, of: source, from: order.customer, at: at) { $0.take(order) }
            case .refund(let refund, let order):
                return try await take(order, of: source, from: nil, at: at) { $0.take(refund) }
            case .customer(let customer):
                return try await open(customer, at: at)
            case .redact(let customer):
                return try await redact(customer, at: at)
            }
        } catch {
            throw translated(error)
        }
    }

    /// Writes the message into the order's book, in a transaction of its own; then records what the book wants recorded. A
    /// stop between the two loses nothing: the book still wants it.
    private func take(
        _ id: String, of source: String, from customer: ShopCustomer?, at: Instant,
        _ change: (inout OrderBook) -> OrderBook.Effect
    ) async throws -> ConnectorAnswer {
        let key = Digest.sixteen(source, id)
        var owner = try await connectorOrders.row(key, on: client)?.member
        if owner == nil, let customer { owner = try await self.owner(of: customer, at: at) }
        let (effect, row) = try await withBook(key, OrderBook(source: source, id: id), at: at) { row, book in
            let effect = change(&book)
            book.clamp(to: at)
            row.member = row.member ?? owner
            // An order that is somebody's needs no address any more.
            let address = customer?.email.flatMap { emailHash($0) } ?? row.emailHash
            row.emailHash = row.member == nil ? address : nil
            return effect
        }
        if row.isOpen, let member = row.member { return try await deliver(key, to: member, at: at) }
        return switch effect {
        case .recorded: ConnectorAnswer(.held, reason: "guest")
        case .repeated: ConnectorAnswer(.duplicate, memberID: row.member)
        case .waiting: ConnectorAnswer(.held, reason: customer == nil ? "order_unknown" : "not_paid")
        case .full: ConnectorAnswer(.rejected, reason: "too_many_refunds", memberID: row.member)
        }
    }

    /// Records what an order's book wants recorded.
    ///
    /// - Throws: what is worth another try; what was recorded by then is settled.
    func deliver(_ key: [UInt8], to member: UUID, at: Instant) async throws -> ConnectorAnswer {
        guard let row = try await connectorOrders.row(key, on: client), !row.state.isEmpty else {
            return ConnectorAnswer(.duplicate, memberID: member)
        }
        let book = try OrderBookCodec.decode(row.state)
        var delivery = Delivery(to: member)
        for event in book.outbox where !delivery.isOver {
            let incoming = IncomingEvent(
                id: event.id, source: book.source, time: event.at, member: try reference(to: member),
                command: event.command)
            delivery.note(event, await record(incoming, receivedAt: at))
        }
        let done = delivery
        _ = try await withBook(key, book, at: at) { _, book in
            if done.isClosed { book.close() } else { book.settle(done.settled) }
        }
        if let failure = delivery.failure { throw failure }
        return delivery.answer
    }

    /// Changes an order's book while nobody else does.
    private func withBook<Value: Sendable>(
        _ key: [UInt8], _ new: OrderBook, at: Instant,
        _ change: (inout ConnectorOrderRow, inout OrderBook) -> Value
    ) async throws -> (Value, ConnectorOrderRow) {
        try await client.withLease { lease in
            try await lease.transaction {
                var row = try await connectorOrders.lock(key, atMicros: at.micros, on: lease)
                var book = row.state.isEmpty ? new : try OrderBookCodec.decode(row.state)
                let value = change(&row, &book)
                (row.state, row.isOpen) = (OrderBookCodec.encode(book), !book.outbox.isEmpty)
                try await connectorOrders.put(row, atMicros: at.micros, on: lease)
                return (value, row)
            }
        }
    }

    var connectorOrders: ConnectorOrderStore { ConnectorOrderStore(log: log) }

    /// Under which hash an e-mail address is claimed, and guests' orders wait.
    func emailHash(_ email: String) -> [UInt8]? {
        MemberReference(.email, email).map { directory.identifier($0).valueHash }
    }

    private func reference(to member: UUID) throws -> MemberReference {
        guard let reference = MemberReference(.id, UUIDText.text(member)) else {
            throw ServiceError.internalFault("a member without an id")
        }
        return reference
    }
}

/// How an order's events fare, one after the other.
private struct Delivery {
    private let member: UUID
    private(set) var settled: Set<String> = []
    /// The sale was refused for good.
    private(set) var isClosed = false
    /// Worth another try.
    private(set) var failure: ServiceError?
    private var recorded = 0
    private var refusal: ServiceError?

    init(to member: UUID) { self.member = member }

    var isOver: Bool { isClosed || failure != nil }

    mutating func note(_ event: ShopEvent, _ result: Result<EventAnswer, ServiceError>) {
        switch result {
        case .success(let answer):
            settled.insert(event.id)
            if answer.status == .accepted { recorded += 1 }
        case .failure(let error) where error.status >= 500 || error.status == 429:
            failure = error
        case .failure(let error):
            settled.insert(event.id)
            refusal = error
            if case .purchase = event.command { isClosed = true }
        }
    }

    var answer: ConnectorAnswer {
        if let refusal { return ConnectorAnswer(.rejected, reason: refusal.code, memberID: member) }
        return ConnectorAnswer(recorded > 0 ? .accepted : .duplicate, memberID: member)
    }
}

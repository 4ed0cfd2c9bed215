import EventLog
public import Foundation
public import Loyalty

/// Questions about the past by both clocks: as it was in business, and as we knew it then.
extension LoyaltyService {
    /// What a member had at `asOf` by business time, according to what had been recorded at `knownAt`.
    ///
    /// With `knownAt` alone the question is what we would have answered then; with both, what we would have answered then to
    /// a question about `asOf`.
    public func balance(
        of member: UUID, at now: Instant, clocks: Clocks
    ) async throws(ServiceError) -> BalanceView {
        guard let knownAt = clocks.knownAt else { return try await balance(of: member, at: now, asOf: clocks.asOf) }
        do {
            // Who is erased now is nobody, whatever was known then.
            _ = try await account(of: member)
            guard let stream = try await KnownStream(of: member, knownAt: knownAt, in: log, on: client) else {
                throw ServiceError.memberNotFound
            }
            let instant = clocks.asOf ?? max(min(knownAt, now), stream.state.latest)
            let programme = try programme(of: stream.state)
            let state = try stream.state(at: instant, under: programme)
            return BalanceView(
                memberID: member, version: stream.version, balance: programme.balance(of: state, at: instant))
        } catch {
            throw translated(error)
        }
    }

    /// The ledger as it stood, newest first in the order recorded. Balances are those behind each line of this list.
    public func entries(
        of member: UUID, at now: Instant, clocks: Clocks, page: PageRequest
    ) async throws(ServiceError) -> Page<EntryView> {
        if clocks.isNow { return try await entries(of: member, at: now, page: page) }
        do {
            let last = try await account(of: member).version
            let start = try page.cursor.map { cursor throws(ServiceError) in try Cursor(cursor, last: last) }
            guard
                let stream = try await KnownStream(
                    of: member, knownAt: clocks.knownAt, upTo: start?.version ?? .max, in: log, on: client)
            else { throw ServiceError.memberNotFound }
            let dueAt = start?.dueAt.map(Instant.init) ?? min(clocks.knownAt ?? now, now)
            let programme = try programme(of: stream.state)
            let lines = try stream.lines(asOf: clocks.asOf, now: dueAt, under: programme)
            let shown = Int(start?.shown ?? 0)
            let part = lines.reversed().dropFirst(shown).prefix(page.limit)
            let next = shown + part.count
            let cursor = Cursor(version: stream.version, shown: Int64(next), dueAt: dueAt.micros)
            return Page(
                items: part.map { line in
                    EntryView(
                        entry: line.entry,
                        explanation: line.entry.explanation(in: stream.state.language, under: programme),
                        version: line.version, recordedAt: line.recordedAt)
                }, nextCursor: next < lines.count ? cursor.text : nil)
        } catch {
            throw translated(error)
        }
    }
}

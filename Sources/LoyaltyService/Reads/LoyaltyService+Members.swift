import EventLog
public import Foundation
public import Loyalty
public import Wire

extension LoyaltyService {
    /// A member by any identifier.
    public func member(_ reference: MemberReference, at now: Instant) async throws(ServiceError) -> MemberView {
        do {
            guard let id = try await directory.find(reference) else { throw ServiceError.memberNotFound }
            return try await view(of: id, at: now)
        } catch {
            throw translated(error)
        }
    }

    /// The member's stream as recorded, oldest first.
    public func events(of member: UUID, page: PageRequest) async throws(ServiceError) -> Page<EventView> {
        do {
            let account = try await account(of: member)
            let cursor = try page.cursor.map { cursor throws(ServiceError) in try Cursor(cursor, last: account.version)
            }
            let after = cursor?.version ?? 0
            let events = try await log.events(of: member, after: after, limit: page.limit + 1, on: client)
            let more = events.count > page.limit
            let items = events.prefix(page.limit).map { event in
                EventView(
                    version: event.version, type: event.type, occurredAt: Instant(micros: event.occurredAtMicros),
                    recordedAt: Instant(micros: event.recordedAtMicros), data: event.data,
                    metadata: Metadata.whole(of: event))
            }
            return Page(items: items, nextCursor: more ? items.last.map { Cursor(version: $0.version).text } : nil)
        } catch {
            throw translated(error)
        }
    }

    func account(of member: UUID) async throws -> KnownMember {
        let known = try await accounts.account(of: member)
        guard known.state.identity != .erased else { throw ServiceError.memberNotFound }
        return known
    }

    /// The programme that the member joined.
    func programme(of state: MemberState) throws -> Programme {
        guard let programme = programmes[state.programme] else {
            throw ServiceError.internalFault("the programme \(state.programme) is not published here")
        }
        return programme
    }

    /// A member as they stood in a state of the past, under the names that they go by now.
    func view(
        of member: UUID, as state: MemberState, version: Int64, at instant: Instant
    ) async throws -> MemberView {
        var view = try await view(of: member, at: instant)
        // Somebody else goes on for them.
        guard view.id == member else { return view }
        let (programme, instant) = (try programme(of: state), max(instant, state.latest))
        (view.version, view.enrolledAt) = (version, state.enrolledAt)
        view.balance = programme.balance(of: try programme.current(state, at: instant).state, at: instant)
        return view
    }

    func view(of member: UUID, at now: Instant) async throws -> MemberView {
        let (member, account) = try await survivor(of: member)
        let row = try await MemberVault(log: log).rows(of: [member], on: client).first
        let profile = try row.map { try keys.open($0) }
        let (programme, instant) = (try programme(of: account.state), max(now, account.state.latest))
        return MemberView(
            id: member, programme: account.state.programme, profile: profile ?? Profile(),
            enrolledAt: account.state.enrolledAt, version: account.version,
            balance: programme.balance(of: try programme.current(account.state, at: instant).state, at: instant))
    }
}

import EventLog
import Foundation
import Loyalty
import Postgres
import Synchronization
public import Wire

/// Who is behind a card, an e-mail or an external id. An identifier is claimed first, and the first claim wins; then
/// its owner is enrolled. Whoever meets a claim whose owner was never enrolled completes it.
final class Directory: Sendable {
    /// A member to be, or one that is there.
    struct Resolved: Sendable {
        var id: UUID
        /// What to enrol them with if they are not.
        var newcomer: Newcomer?
        /// Whether the answer comes from memory.
        var isRemembered = false
    }

    /// Identifiers claimed for somebody who is about to join.
    struct Claim: Sendable {
        var id: UUID
        var newcomer: Newcomer
        /// What this claim wrote, to be taken back if it comes to nothing.
        var made: [Identifier]
    }

    private let client: PostgresClient
    private let log: EventLog
    private let keys: KeyRing
    private let programmes: ProgrammeBook
    private let clock: @Sendable () -> Instant
    private let ids = UUIDv7Generator()
    /// Identifiers of members who are enrolled for certain, bounded.
    private let known = Mutex<[MemberReference: UUID]>([:])
    private static let mostKnown = 100_000

    init(
        client: PostgresClient, log: EventLog, keys: KeyRing, programmes: ProgrammeBook,
        clock: @escaping @Sendable () -> Instant
    ) {
        (self.client, self.log, self.keys, self.programmes, self.clock) = (client, log, keys, programmes, clock)
    }

    /// The members behind identifiers; a stranger who may not join by buying is missing from the answer. Asks the
    /// database once for all that is not in memory.
    func resolve(_ references: some Sequence<MemberReference>) async throws -> [MemberReference: Resolved] {
        var resolved: [MemberReference: Resolved] = [:]
        var unknown: [MemberReference] = []
        for reference in Set(references) {
            if reference.kind == .id {
                resolved[reference] = UUIDText.parse(reference.value).map { Resolved(id: $0) }
            } else if let id = known.withLock({ $0[reference] }) {
                resolved[reference] = Resolved(id: id, isRemembered: true)
            } else {
                unknown.append(reference)
            }
        }
        guard !unknown.isEmpty else { return resolved }
        var owners = try await store.owners(of: unknown.map(identifier), on: client)
        let strangers = unknown.indices.filter { owners[$0] == nil }
        let programme = programmes.standard
        if programme.enrolment == .automatic, !strangers.isEmpty {
            let at = clock()
            let claims = strangers.map {
                IdentifierStore.Claim(identifier(unknown[$0]), by: ids.next(nowMicros: at.micros))
            }
            let claimed = try await store.claim(claims, atMicros: at.micros, on: client)
            for (index, owner) in zip(strangers, claimed) { owners[index] = owner }
        }
        for (reference, owner) in zip(unknown, owners) {
            guard let owner else { continue }
            // The owner of a claim may not be enrolled yet; whoever comes first completes it.
            let newcomer =
                programme.enrolment == .automatic ? try newcomer(Profile(reference), id: owner, in: programme) : nil
            resolved[reference] = Resolved(id: owner, newcomer: newcomer)
        }
        return resolved
    }

    /// The member behind an identifier, where that need not be asked for.
    func known(_ reference: MemberReference) -> Resolved? {
        if reference.kind == .id { return UUIDText.parse(reference.value).map { Resolved(id: $0) } }
        return known.withLock { $0[reference] }.map { Resolved(id: $0, isRemembered: true) }
    }

    /// The id behind an identifier, whether or not its owner is enrolled yet.
    func find(_ reference: MemberReference) async throws -> UUID? {
        if reference.kind == .id { return UUIDText.parse(reference.value) }
        return try await store.owners(of: [identifier(reference)], on: client)[0]
    }

    /// Remembers that a member is enrolled under the identifier: for good, as far as anybody knows.
    ///
    /// - Parameter identity: the member's, at the time of what was just recorded. Members who ever lost an identifier are
    ///   not remembered: another process may give it to somebody else, and nobody would tell.
    func confirm(_ reference: MemberReference, is id: UUID, identity: MemberIdentity) {
        guard reference.kind != .id, identity == .kept else { return }
        known.withLock { known in
            if known[reference] == nil, known.count >= Directory.mostKnown { known.removeAll(keepingCapacity: true) }
            known[reference] = id
        }
    }

    /// Asks anew next time.
    func forget(_ references: some Sequence<MemberReference>) {
        known.withLock { known in
            for reference in references { known[reference] = nil }
        }
    }

    /// Claims every identifier of somebody who joins, and a card number where none was brought.
    ///
    /// - Throws: `identifier_taken`; `referrer_not_found`.
    func claim(_ profile: Profile, in programme: Programme, at: Instant) async throws -> Claim {
        let referrer = try await referrer(profile.referredBy)
        var profile = profile
        profile.card = profile.card ?? CardNumber.make()
        let wanted = profile.references.map(identifier)
        var id = ids.next(nowMicros: at.micros)
        let owners = try await claim(wanted, for: id, at: at)
        let made = zip(wanted, owners).filter { $0.1 == id }.map(\.0)
        let others = Set(owners.filter { $0 != id })
        if let other = others.first {
            let enrolled = try await log.accounts(of: Array(others), on: client)
            // A claim that came to nothing is completed here: everything goes to the id it was made for.
            if others.count == 1, enrolled.isEmpty {
                try await store.release(made, of: id, on: client)
                id = other
                let second = try await claim(made, for: id, at: at)
                guard second.allSatisfy({ $0 == id }) else {
                    try await store.release(zip(made, second).filter { $0.1 == id }.map(\.0), of: id, on: client)
                    throw ServiceError.identifierTaken
                }
            } else {
                try await store.release(made, of: id, on: client)
                throw ServiceError.identifierTaken
            }
        }
        return Claim(id: id, newcomer: try newcomer(profile, id: id, in: programme, referredBy: referrer), made: made)
    }

    /// Takes back what a claim wrote, except what its owner was enrolled under meanwhile: somebody else may have met
    /// the claim unfinished and completed it.
    func release(_ claim: Claim) async throws {
        var kept: Set<Identifier> = []
        for row in try await MemberVault(log: log).rows(of: [claim.id], on: client) {
            kept.formUnion(try keys.open(row).references.map(identifier))
        }
        try await store.release(claim.made.filter { !kept.contains($0) }, of: claim.id, on: client)
    }

    var store: IdentifierStore { IdentifierStore(log: log) }

    func identifier(_ reference: MemberReference) -> Identifier {
        Identifier(
            kind: reference.kind.rawValue,
            valueHash: keys.hash(identifier: reference.value, kind: reference.kind.rawValue))
    }

    /// Claims for one member; answers who owns each now.
    private func claim(_ identifiers: [Identifier], for id: UUID, at: Instant) async throws -> [UUID] {
        let claims = identifiers.map { IdentifierStore.Claim($0, by: id) }
        let owners = try await store.claim(claims, atMicros: at.micros, on: client)
        // Freed by an erasure in this very moment: whoever asked may ask again.
        guard !owners.contains(nil) else { throw ServiceError.contended }
        return owners.compactMap { $0 }
    }

    /// The member behind a friend's id, card or the shop's own id.
    private func referrer(_ text: String?) async throws -> UUID? {
        guard let text else { return nil }
        let references = [MemberReference(.id, text), MemberReference(.card, text), MemberReference(.externalID, text)]
        for reference in references.compactMap({ $0 }) {
            if let id = try await find(reference), try await !log.accounts(of: [id], on: client).isEmpty { return id }
        }
        throw ServiceError.referrerNotFound
    }

    private func newcomer(
        _ profile: Profile, id: UUID, in programme: Programme, referredBy: UUID? = nil
    ) throws -> Newcomer {
        Newcomer(
            programme: programme.id, language: Language(locale: profile.locale),
            birthday: profile.birthday.map { MonthDay(month: $0.month, day: $0.day) },
            referredBy: referredBy.map(UUIDText.text), sealed: try keys.seal(profile, for: id))
    }
}

extension Profile {
    /// What is known of somebody who joined by buying.
    init(_ reference: MemberReference) {
        self.init()
        switch reference.kind {
        case .card: card = reference.value
        case .email: email = reference.value
        case .externalID: externalID = reference.value
        case .id: break
        }
    }

    /// Every identifier of the member.
    public var references: [MemberReference] {
        [
            card.flatMap { MemberReference(.card, $0) }, email.flatMap { MemberReference(.email, $0) },
            externalID.flatMap { MemberReference(.externalID, $0) },
        ].compactMap { $0 }
    }
}

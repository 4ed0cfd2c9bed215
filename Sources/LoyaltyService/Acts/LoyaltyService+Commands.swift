import EventLog
import Foundation
import Loyalty
import Projections
import Wire

extension LoyaltyService {
    /// Has the lane decide and record one command: durable when it returns.
    func perform(
        _ command: Command, for member: UUID, at: Instant, _ repeatKey: RepeatKey? = nil
    ) async throws -> CommandReply {
        let request = LaneRequest(memberID: member, work: .command(command, at: at, repeatKey), newcomer: nil)
        guard case .decided(let reply) = try await submit([request])[0].get() else {
            throw ServiceError.internalFault("no reply to a command")
        }
        return reply
    }

    /// What the log keeps of a request that may come again: keyed digests of its key and its content.
    func repeatKey(_ key: RequestKey?, content: String) -> RepeatKey? {
        key.map { key in
            let name = "\(key.apiKey.uuidString) \(key.route) \(key.text)"
            return RepeatKey(
                key: Array(keys.hash(request: Array(name.utf8)).prefix(16)),
                contentHash: keys.hash(request: Array(content.utf8)))
        }
    }

    /// Whether a request with that key has been recorded.
    func isKnown(_ repeatKey: RepeatKey?) async throws -> Bool {
        guard let repeatKey else { return false }
        return try await !log.events(byKeys: [repeatKey.key], on: client).isEmpty
    }

    /// Decides without recording: what is recorded so far decides.
    func decide(
        _ command: Command, at: Instant, for state: MemberState, _ member: UUID?
    ) async throws -> Decision {
        let programme = try programme(of: state)
        var known = Known()
        for _ in 0..<LoyaltyService.mostNeeds {
            do throws(Refusal) {
                return try programme.decide(command, at: at, for: state, known: known)
            } catch {
                switch error {
                case .rejected(let rejection): throw ServiceError(rejection)
                case .fault(let fault): throw ServiceError.internalFault("\(fault)")
                case .needs(.history):
                    known.history = []
                    if let member { known.history = try await log.history(of: member, on: client) }
                case .needs(.subject(let subject)):
                    known.subjects[subject] = try await events(about: subject, of: member)
                case .needs(.budgets(let budgets)):
                    known.budgets = try await BudgetBook.read(budgets, on: client)
                }
            }
        }
        throw ServiceError.internalFault("a command that cannot be decided")
    }

    /// How much one command may ask for in turn.
    private static let mostNeeds = 8

    /// The member who goes on where this one has become another; `member_not_found` where there is none.
    func living(_ member: UUID) async throws -> UUID {
        try await survivor(of: member).id
    }

    /// The events about something, of a member and of those who became them.
    func events(about subject: Subject, of member: UUID?) async throws -> [DatedEvent] {
        guard let member else { return [] }
        let absorbed = try await account(of: member).state.absorbedIDs
        let streams = absorbed + [member]
        let found = try await log.events(
            about: streams.map { StreamSubject(stream: $0, subject: subject.digest) }, on: client)
        return try streams.flatMap { try (found[$0] ?? []).map { try DatedEvent($0) } }
    }

    /// The member who goes on, as recorded.
    func survivor(of member: UUID) async throws -> (id: UUID, known: KnownMember) {
        var id = member
        for _ in 0..<LoyaltyService.longestMergeChain {
            let known = try await account(of: id)
            guard known.state.identity != .erased else { throw ServiceError.memberNotFound }
            guard let next = known.state.mergedInto.flatMap(UUIDText.parse) else { return (id, known) }
            id = next
        }
        throw ServiceError.internalFault("member \(member) was merged in a circle")
    }

    /// The member under an identifier who goes on; nil for nobody.
    func found(_ reference: MemberReference) async throws -> (id: UUID, known: KnownMember)? {
        guard let id = try await directory.find(reference) else { return nil }
        do {
            return try await survivor(of: id)
        } catch let error as ServiceError where error == .memberNotFound {
            return nil
        }
    }

    /// How often a member may have become another in turn.
    static let longestMergeChain = 16

    /// The entries of a command's own events, told in the member's language.
    func told(_ reply: CommandReply) throws -> [EntryView] {
        let programme = try programme(of: reply.state)
        return reply.events.flatMap { dated, version in
            dated.entries(balance: reply.state.available).map { entry in
                EntryView(
                    entry: entry, explanation: entry.explanation(in: reply.state.language, under: programme),
                    version: version, recordedAt: nil)
            }
        }
    }
}

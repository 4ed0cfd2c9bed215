import ArgumentParser
import Foundation
import Loyalty
import LoyaltyService
import Wire

/// `treue members`
struct Members: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Members.", subcommands: [Show.self])

    /// `treue members show`
    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a member has and why.",
            discussion: "Name the member by id, or by one of the options.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "The member's id.")
        var id: String?

        @Option(help: "A card number.")
        var card: String?

        @Option(help: "An e-mail address.")
        var email: String?

        @Option(help: "The shop's own id.")
        var externalID: String?

        @Option(help: "Show the balance as it stood at this time (RFC 3339) by business time.")
        var asOf: String?

        @Option(help: "Show it as it was known at this time (RFC 3339): by what had been recorded.")
        var knownAt: String?

        @Option(help: "How many entries of the ledger to show.")
        var entries = 10

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let reference = try reference()
            let clocks = Clocks(
                asOf: try asOf.map { try Show.instant($0, "--as-of") },
                knownAt: try knownAt.map { try Show.instant($0, "--known-at") })
            try await Installation.use(options) { installation in
                let service = installation.service(isFollowed: false)
                let now = SystemClock.now()
                do {
                    let member = try await service.member(reference, at: now)
                    let balance = try await service.balance(of: member.id, at: now, clocks: clocks)
                    let page = try await service.entries(
                        of: member.id, at: now, clocks: clocks, page: PageRequest(limit: max(1, min(entries, 200))))
                    let report = MemberReport(member: member, balance: balance.balance, entries: page.items)
                    print(json ? report.json : report.text)
                } catch let error as ServiceError {
                    throw Fault(found: "\(error.title): \(error.detail)")
                }
            }
        }

        private static func instant(_ text: String, _ option: String) throws -> Instant {
            guard let micros = try? RFC3339.micros(of: text) else {
                throw Fault(cannot: "\(option) \(text) is not a time such as 2026-01-31T12:00:00Z")
            }
            return Instant(micros: micros)
        }

        private func reference() throws -> MemberReference {
            let given: [(MemberReference.Kind, String?)] = [
                (.id, id), (.card, card), (.email, email), (.externalID, externalID),
            ]
            let named = given.compactMap { kind, value in value.map { (kind, $0) } }
            guard named.count == 1, let reference = MemberReference(named[0].0, named[0].1) else {
                throw Fault(cannot: "name one member: an id, --card, --email or --external-id")
            }
            return reference
        }
    }
}

/// A member for a terminal, or for a program.
struct MemberReport {
    var member: MemberView
    var balance: Balance
    var entries: [EntryView]

    var text: String {
        let tier = balance.tier
        var lines = [
            "member   \(UUIDText.text(member.id)), version \(member.version), programme \(member.programme)",
            "since    \(RFC3339.text(micros: member.enrolledAt.micros))",
            "as of    \(RFC3339.text(micros: balance.asOf.micros))",
            "tier     \(tier.name)" + (tier.validUntil.map { ", valid until \($0)" } ?? ""),
        ]
        for wallet in balance.wallets {
            let ends = wallet.expiring.map { "\($0.points) gone on \($0.on)" }.joined(separator: ", ")
            lines.append(
                "\(wallet.id)   \(wallet.available) available" + (ends.isEmpty ? "" : " (\(ends))")
                    + ", \(wallet.lifetimeEarned) earned in all")
        }
        for qualifying in tier.qualifying {
            let unit = qualifying.currency.map { " minor units of \($0)" } ?? ""
            lines.append("\(qualifying.metric)    \(qualifying.value)\(unit) in the running period")
        }
        lines.append("")
        for view in entries {
            let sign = view.entry.points > 0 ? "+" : ""
            lines.append(
                "\(RFC3339.text(micros: view.entry.at.micros))  \(sign)\(view.entry.points)  \(view.entry.kind.rawValue)  "
                    + "\(view.explanation)  (\(view.entry.balance) after)")
        }
        return lines.joined(separator: "\n")
    }

    var json: String {
        Output.object { writer in
            writer.member("id", member.id)
            writer.member("version", member.version)
            writer.member("programme", member.programme)
            writer.member("as_of", timeMicros: balance.asOf.micros)
            writer.member("tier", balance.tier.id)
            writer.array("wallets", of: balance.wallets) { writer, wallet in
                writer.member("id", wallet.id)
                writer.member("available", wallet.available)
                writer.member("lifetime_earned", wallet.lifetimeEarned)
            }
            writer.array("entries", of: entries) { writer, view in
                writer.member("kind", view.entry.kind.rawValue)
                writer.member("points", view.entry.points)
                writer.member("occurred_at", timeMicros: view.entry.at.micros)
                writer.member("balance_after", view.entry.balance)
                writer.member("explanation", view.explanation)
            }
        }
    }
}

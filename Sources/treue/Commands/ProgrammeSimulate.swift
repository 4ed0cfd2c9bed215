import ArgumentParser
import Foundation
import Loyalty
import LoyaltyService
import Projections
import Wire

/// `treue programme simulate`
struct ProgrammeSimulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Judge the recorded history by a draft of the programme, beside live traffic.",
        discussion: """
            Every member's recorded life is lived again under the draft: purchases, returns, activities and what people did \
            are decided afresh; what the draft does not allow is left out, and told. Nothing is written. With --from, the \
            published rules hold until that day. Prints points issued, value redeemed, liability and breakage, tiers, and \
            who wins and loses most, by month, the draft beside today. Exit code 1 when the draft has faults.
            """)

    enum Table: String, ExpressibleByArgument, CaseIterable {
        case months, totals, tiers, members
        case leftOut = "left-out"
    }

    @OptionGroup var options: SettingsOptions

    @Argument(help: "The draft: a YAML or JSON file with the id of a published programme.")
    var file: String

    @Option(help: "The first day on which the draft holds, such as 2026-01-01; without it, the draft held always.")
    var from: String?

    @Option(help: "The last day; without it, today.")
    var to: String?

    @Option(help: "How many members who win most, and who lose most, are named (0 to 10000).")
    var top = 10

    @Option(help: "Of a hundred parts of the time, how many it works; it rests for the others (1 to 100).")
    var pace = 50

    @Flag(help: "Print JSON.")
    var json = false

    @Flag(help: "Print CSV: the table that --table names.")
    var csv = false

    @Option(help: "Which table --csv prints: months, totals, tiers, members or left-out.")
    var table = Table.months

    @Option(help: "Write a page with charts to this file, too.")
    var html: String?

    func run() async throws {
        let (from, to) = (try Self.day(from, "--from"), try Self.day(to, "--to"))
        guard (0...SimulationOrder.mostNamed).contains(top) else {
            throw Fault(cannot: "--top must be from 0 to 10000")
        }
        guard (1...100).contains(pace) else { throw Fault(cannot: "--pace must be from 1 to 100") }
        guard !(json && csv) else { throw Fault(cannot: "--json and --csv are two formats: name one") }
        let draft = try draft()
        try await Installation.use(options) { installation in
            guard let live = installation.programmes[draft.id] else {
                throw Fault(found: "\(file): no programme \(draft.id) is published here")
            }
            let order = SimulationOrder(draft: draft, from: from, to: to, top: top)
            let simulation: HistorySimulation
            do {
                simulation = try HistorySimulation(
                    client: installation.client, log: installation.log, live: live, order: order,
                    pace: SimulationPace(share: pace))
            } catch {
                throw Fault(found: "\(file): \(error)")
            }
            let report = try await FoldBar.show("simulate", json: json) { tell in
                try await simulation.run(now: SystemClock.now(), progress: tell)
            }
            try show(report)
        }
    }

    private static func day(_ text: String?, _ option: String) throws -> CivilDate? {
        try text.map { try CivilDate($0, of: option) }
    }

    private func draft() throws -> Programme {
        let text = try Programmes.text(of: file)
        do throws(ProgrammeFileError) {
            return try ProgrammeFile.read(text, name: file)
        } catch {
            throw Fault(found: error.description)
        }
    }

    private func show(_ report: SimulationReport) throws {
        if let html {
            do {
                try Data(report.html.utf8).write(to: URL(fileURLWithPath: html), options: .atomic)
            } catch {
                throw Fault(cannot: "\(html) cannot be written")
            }
        }
        if json {
            print(Output.object { report.write(to: &$0) })
        } else if csv {
            print(report.table(table).csv, terminator: "")
        } else {
            print(report.told)
        }
    }
}

extension SimulationReport {
    fileprivate func table(_ table: ProgrammeSimulate.Table) -> ReportTable {
        switch table {
        case .months: months
        case .totals: totals
        case .tiers: tiers
        case .members: named
        case .leftOut: omissions
        }
    }

    /// For a terminal.
    fileprivate var told: String {
        let figures = ["issued", "redeemed_value", "expired", "outstanding", "expected_breakage"]
        let columns = ["period", "wallet"] + figures.flatMap { ["\($0)_today", "\($0)_draft"] }
        var parts = [sentence, months.only(columns).aligned, totals.only(columns).aligned, tiers.aligned]
        if !named.rows.isEmpty { parts.append(named.aligned) }
        if !omissions.rows.isEmpty { parts.append("Left out under the draft:\n" + omissions.aligned) }
        if takenAsRecorded > 0 {
            parts.append("\(takenAsRecorded) times what another member did was taken as it was recorded.")
        }
        for fault in faults {
            let place = fault.version.map { ", version \($0)" } ?? ""
            parts.append("member \(UUIDText.text(fault.member))\(place) could not be judged: \(fault.reason)")
        }
        return parts.joined(separator: "\n\n")
    }
}

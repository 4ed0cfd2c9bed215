import ArgumentParser
import Foundation
import LoyaltyService
import Wire

/// `treue import`
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Record CloudEvents from a file, one JSON object a line.",
        discussion: """
            May be cut off and run again, and several may read the same file at once: an event counts once, whoever brings \
            it. Refused lines are named and the rest goes on; the exit code is then 1.
            """)

    @OptionGroup var options: SettingsOptions

    @Argument(help: "The file, or - for standard input.")
    var file: String

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let lines = try LineSource(file)
        try await Installation.use(options) { installation in
            let bar = ProgressBar("import", total: lines.total, style: .suited(json: json))
            let report = try await installation.withService { service in
                try await Importer(service: service, lines: lines, progress: bar.advance).run()
            }
            bar.finish()
            tell(report)
            guard report.refusals == 0 else { throw ExitCode(1) }
        }
    }

    private func tell(_ report: ImportReport) {
        guard json else {
            for problem in report.problems { print("line \(problem.line): \(problem.code): \(problem.detail)") }
            if report.refusals > report.problems.count {
                print("… and \(report.refusals - report.problems.count) more refused lines")
            }
            print("\(report.accepted) accepted, \(report.duplicates) duplicates, \(report.refusals) refused")
            return
        }
        print(
            Output.object { writer in
                writer.member("accepted", Int64(report.accepted))
                writer.member("duplicates", Int64(report.duplicates))
                writer.member("rejected", Int64(report.refusals))
                writer.array("problems", of: report.problems) { writer, problem in
                    writer.member("line", Int64(problem.line))
                    writer.member("code", problem.code)
                    writer.member("detail", problem.detail)
                }
            })
    }
}

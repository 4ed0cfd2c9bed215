import ArgumentParser
import EventLog
import Loyalty
import Postgres
import Wire

/// `treue log`
struct Log: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "The event log.", subcommands: [Verify.self, Tail.self])

    /// `treue log verify`
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Recompute every hash chain and check positions and versions, beside live traffic.",
            discussion: "Exit code 1 when something was found; each finding names partition and position.")

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Installation.use(options) { installation in
                let total = try await installation.log.heads(on: installation.client).reduce(0) { $0 + $1.position }
                let bar = ProgressBar("verify", total: Int(total), style: .suited(json: json))
                let result = try await installation.client.withLease { lease in
                    try await LogVerifier(log: installation.log).verify(on: lease) { bar.advance(to: Int($0.done)) }
                }
                bar.finish()
                report(result)
                guard result.isClean else { throw ExitCode(1) }
            }
        }

        private func report(_ result: LogVerification) {
            guard json else {
                for finding in result.findings { print(finding) }
                print(
                    "\(result.events) events, \(result.findings.count)\(result.isTruncated ? " or more" : "") findings")
                return
            }
            print(
                Output.object { writer in
                    writer.member("events", result.events)
                    writer.member("clean", result.isClean)
                    writer.member("truncated", result.isTruncated)
                    writer.array("findings", of: result.findings) { writer, finding in
                        writer.member("partition", Int64(finding.partition))
                        writer.member("position", finding.position)
                        writer.member("kind", finding.kind.rawValue)
                        writer.member("detail", finding.detail)
                    }
                })
        }
    }
}

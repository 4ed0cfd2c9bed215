import ArgumentParser
import EventLog
import Loyalty
import LoyaltyService
import Postgres
import Wire

extension Log {
    /// `treue log close`
    struct Close: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move the events of closed months to a table of their own, beside live traffic.",
            discussion: """
                What goes on is found in small tables and indexes, and the closed events may lie in a tablespace on cheaper \
                disks. Nothing is lost by it: balances, repeats, replays and verifications read both. Cut off, it goes on \
                where it was. The role must own the tables. Days begin at midnight in the programme's time zone.
                """)

        @OptionGroup var options: SettingsOptions

        @Option(help: "A day such as 2026-01-01: what was recorded before it is closed.")
        var before: String

        @Option(help: "The tablespace for closed events; the first time only.")
        var tablespace: String?

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            let day = try CivilDate(before, of: "--before")
            guard tablespace != "" else { throw Fault(cannot: "--tablespace must name one") }
            let (tablespace, json) = (tablespace, json)
            try await Installation.use(options) { installation in
                let instant = installation.programmes.standard.zone.start(of: day)
                guard instant <= SystemClock.now() else {
                    throw Fault(cannot: "--before must not lie in the future: \(before) has not begun")
                }
                let bar = ProgressBar("close", total: nil, style: .suited(json: json))
                let closing = try await installation.client.withLease { lease in
                    try await LogCloser(log: installation.log).close(
                        before: instant.micros, tablespace: tablespace, on: lease
                    ) { bar.advance(to: Int($0)) }
                }
                bar.finish()
                if json {
                    print(
                        Output.object { writer in
                            writer.member("moved", closing.moved)
                            writer.member("closed", closing.closed)
                            writer.member("open", closing.open)
                        })
                } else {
                    print("\(closing.moved) events moved; \(closing.closed) closed, \(closing.open) open")
                }
            }
        }
    }
}

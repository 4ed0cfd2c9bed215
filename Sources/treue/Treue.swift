import ArgumentParser

/// The command line: wiring, and nothing that another program could not do through the rooms above.
@main
struct Treue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "treue",
        abstract: "The loyalty programme that a shop runs itself.",
        discussion: """
            Without TREUE_DATABASE_URL every command uses a private PostgreSQL below the data directory (.treue), which it \
            starts when it is not running. Exit codes: 0 done, 1 found something wrong, 2 could not run.
            """,
        version: Treue.release,
        subcommands: [
            Serve.self, Migrate.self, Import.self, Projections.self, Log.self, Programmes.self, Members.self, Keys.self,
            Listen.self, Followers.self, Demo.self, Doctor.self, Bench.self,
        ])

    static let release = "0.1.0"

    /// Entry point: every error says what went wrong and what to do, and ends with the exit code for it.
    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let code as ExitCode {
            exit(withError: code)
        } catch let fault as Fault {
            fault.tell()
            exit(withError: fault.exit)
        } catch {
            let isParserError = exitCode(for: error) == .validationFailure || exitCode(for: error) == .success
            guard !isParserError else {
                // A wrong call could not run: 2, as for everything else that could not.
                if exitCode(for: error) == .success { exit(withError: error) }
                Fault.tell(fullMessage(for: error))
                exit(withError: ExitCode(2))
            }
            Fault(error).tell()
            exit(withError: ExitCode(2))
        }
    }
}

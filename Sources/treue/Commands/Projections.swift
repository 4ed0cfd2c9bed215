import ArgumentParser
import Projections
import Wire

/// `treue projections`
struct Projections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read models: what they are, fold them afresh, compare them with the log, go back.",
        subcommands: [List.self, Rebuild.self, Verify.self, Rollback.self, Forget.self])

    /// `treue projections list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the projections.")

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Installation.use(options) { installation in
                let all = [try await installation.account.status()]
                guard json else {
                    for status in all { print(status.line) }
                    return
                }
                print(Output.object { $0.array("data", of: all) { writer, status in status.write(to: &writer) } })
            }
        }
    }

    /// `treue projections rebuild`
    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fold the log into a new table and swap it in; reads and writes go on.",
            discussion: "Waits for the swap. Cut off, the next run goes on where this one was.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "Which projection.")
        var name = AccountProjection.name

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try ProjectionName.check(name)
            try await Installation.use(options) { installation in
                let result = try await FoldBar.show("rebuild", json: json) { tell in
                    try await installation.account.rebuild(progress: tell)
                }
                FoldBar.report(result, json: json, "rebuilt")
            }
        }
    }

    /// `treue projections rollback`
    struct Rollback: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put back what the last rebuild replaced, caught up with the log; reads and writes go on.",
            discussion: "What is in use now is kept in its place: the same command again undoes it.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "Which projection.")
        var name = AccountProjection.name

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try ProjectionName.check(name)
            try await Installation.use(options) { installation in
                let result = try await FoldBar.show("rollback", json: json) { tell in
                    try await installation.account.rollback(progress: tell)
                }
                FoldBar.report(result, json: json, "went back to")
            }
        }
    }

    /// `treue projections forget`
    struct Forget: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Drop what the last rebuild replaced; there is no way back then.",
            discussion: "Only once the rows in use have been verified since the swap, or with --force.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "Which projection.")
        var name = AccountProjection.name

        @Flag(help: "Also when the rows in use have not been verified.")
        var force = false

        func run() async throws {
            try ProjectionName.check(name)
            try await Installation.use(options) { installation in
                do {
                    try await installation.account.forgetPrevious(force: force)
                } catch let fault as RebuildFault {
                    throw Fault(found: fault.description)
                }
                print("dropped what was kept of \(name)")
            }
        }
    }

    /// `treue projections verify`
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fold the log afresh beside live traffic and compare every row.",
            discussion: "Exit code 1 when a row differs; each difference names the member and by how much.")

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Installation.use(options) { installation in
                let result = try await FoldBar.show("verify", json: json) { tell in
                    try await installation.account.verify(progress: tell)
                }
                if json {
                    print(Output.object { result.write(to: &$0) })
                } else {
                    for difference in result.differences { print(difference) }
                    print("\(result.members) members from \(result.events) events, \(result.count) differences")
                }
                guard result.count == 0 else { throw ExitCode(1) }
            }
        }
    }
}

extension Installation {
    /// The accounts.
    var account: AccountProjection { AccountProjection(client: client, log: log) }
}

/// Names of projections as the command line takes them.
enum ProjectionName {
    static func check(_ name: String) throws {
        guard name == AccountProjection.name else {
            throw Fault(cannot: "there is no projection \(name); there is \(AccountProjection.name)")
        }
    }
}

extension ProjectionStatus {
    /// For people.
    fileprivate var line: String {
        var parts = ["\(name)", "version \(version)", state, "\(rows) rows", "lag \(lag)"]
        if version != codeVersion { parts.append("this program has version \(codeVersion): rebuild it") }
        if let previousVersion {
            let verified = verifiedAtMicros == nil ? "not verified since the swap" : "verified since the swap"
            parts.append("version \(previousVersion) kept to go back to, \(verified)")
        }
        if skipped > 0 { parts.append("\(skipped) events skipped") }
        let lines = faults.map { fault in
            "  partition \(fault.partition) waits before position \(fault.position) (\(fault.type)): \(fault.reason)"
        }
        return ([parts.joined(separator: "  ")] + lines).joined(separator: "\n")
    }
}

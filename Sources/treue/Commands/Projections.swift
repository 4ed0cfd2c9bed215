import ArgumentParser
import Loyalty
import LoyaltyService
import Projections
import Wire

/// `treue projections`
struct Projections: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read models: what they are, fold them afresh, compare them with the log, go back.",
        subcommands: [
            List.self, Rebuild.self, Verify.self, Rollback.self, Forget.self, Retry.self, Skip.self,
        ])

    /// `treue projections list`
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the projections.")

        @OptionGroup var options: SettingsOptions

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await Installation.use(options) { installation in
                var all: [ProjectionStatus] = []
                for projection in installation.catalogue.all { all.append(try await projection.status()) }
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
            try await Installation.use(options) { installation in
                let projection = try installation.projection(name)
                let result = try await FoldBar.show("rebuild", json: json) { tell in
                    try await projection.rebuild(progress: tell)
                }
                FoldBar.report(result, of: name, json: json, "rebuilt")
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
            try await Installation.use(options) { installation in
                let projection = try installation.projection(name)
                let result = try await FoldBar.show("rollback", json: json) { tell in
                    try await projection.rollback(progress: tell)
                }
                FoldBar.report(result, of: name, json: json, "went back to")
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
            try await Installation.use(options) { installation in
                do {
                    try await installation.projection(name).forgetPrevious(force: force)
                } catch let fault as RebuildFault {
                    throw Fault(found: fault.description)
                }
                print("dropped what was kept of \(name)")
            }
        }
    }

    /// `treue projections retry`
    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a projection try again what stopped one of its partitions.",
            discussion: "For instance after a program was installed that can fold the event.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "Which projection.")
        var name: String

        @Option(help: "Which partition, as projections list shows it.")
        var partition: Int

        func run() async throws {
            try await Installation.use(options) { installation in
                _ = try installation.projection(name)
                let found = try await ProjectionFaults.retry(
                    name, partition: partition, in: installation.log, on: installation.client)
                guard found else { throw Fault(found: "partition \(partition) of \(name) has not stopped") }
                print("partition \(partition) of \(name) will be tried again")
            }
        }
    }

    /// `treue projections skip`
    struct Skip: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a projection go on without the event that stopped a partition, for ever.",
            discussion: "The event stays in the log, the reason in the database; rebuilds pass it over, too.")

        @OptionGroup var options: SettingsOptions

        @Argument(help: "Which projection.")
        var name: String

        @Option(help: "Which partition, as projections list shows it.")
        var partition: Int

        @Option(help: "The event's position, as projections list shows it.")
        var position: Int64

        @Option(help: "Why; it is kept.")
        var reason: String

        func run() async throws {
            guard !reason.allSatisfy(\.isWhitespace), reason.utf8.count <= 1_000 else {
                throw Fault(cannot: "--reason must say why, in at most 1,000 bytes")
            }
            try await Installation.use(options) { installation in
                _ = try installation.projection(name)
                let found = try await ProjectionFaults.skip(
                    name, partition: partition, position: position, reason: reason,
                    atMicros: SystemClock.now().micros, in: installation.log, on: installation.client)
                guard found else {
                    throw Fault(found: "partition \(partition) of \(name) does not wait before position \(position)")
                }
                print("partition \(partition) of \(name) goes on without position \(position)")
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
                    try await installation.catalogue.compareAll(progress: tell)
                }
                if json {
                    print(Output.object { result.write(to: &$0) })
                } else {
                    for part in result.parts {
                        for difference in part.differences { print(difference) }
                        let rows = "\(part.rows) \(part.name == AccountProjection.name ? "members" : "figures")"
                        print("\(part.name): \(rows) from \(part.events) events, \(part.count) differences")
                    }
                }
                guard result.count == 0 else { throw ExitCode(1) }
            }
        }
    }
}

extension Installation {
    /// All read models.
    var catalogue: ProjectionCatalogue { ProjectionCatalogue(client: client, log: log, zone: programmes.standard.zone) }

    /// The read model of that name.
    func projection(_ name: String) throws -> any Projection {
        guard let projection = catalogue.named(name) else {
            let names = catalogue.names.joined(separator: ", ")
            throw Fault(cannot: "there is no projection \(name); there are \(names)")
        }
        return projection
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

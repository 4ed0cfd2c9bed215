import ArgumentParser
import Loyalty
import Wire

/// `treue programme test`
struct ProgrammeTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test", abstract: "Run the examples of programme files, without a database.",
        discussion: """
            Each example is run with a member of its own on the engine that serves checkouts. What came out other than \
            expected is told with its line. Exit code 1 when something differs, a file has no examples or has faults, 2 \
            when one cannot be read.
            """)

    @Argument(help: "YAML or JSON files.")
    var files: [String]

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let tested = try files.map(test)
        if json { report(tested) } else { tell(tested) }
        guard tested.allSatisfy(\.isAsExpected) else { throw ExitCode(1) }
    }

    private struct Tested {
        var file: String
        var faults: [ProgrammeFault] = []
        var results: [ExampleRun.Result] = []

        var isAsExpected: Bool { faults.isEmpty && !results.isEmpty && results.allSatisfy(\.isAsExpected) }
        var wrong: Int { results.count { !$0.isAsExpected } }
    }

    private func test(_ file: String) throws -> Tested {
        let text = try Programmes.text(of: file)
        do throws(ProgrammeFileError) {
            let document = try ProgrammeFile.document(text, name: file)
            return Tested(file: file, results: ExampleRun.results(of: document))
        } catch {
            return Tested(file: file, faults: error.faults)
        }
    }

    private func tell(_ tested: [Tested]) {
        for file in tested {
            for fault in file.faults { print("\(file.file):\(fault.line):\(fault.column): \(fault.message)") }
            for result in file.results where !result.isAsExpected { print(result.report(of: file.file)) }
            if file.faults.isEmpty { print("\(file.file): \(summary(file))") }
        }
        let wrong = tested.reduce(0) { $0 + $1.wrong }
        let all = tested.reduce(0) { $0 + $1.results.count }
        if tested.count > 1 { print("\(all) examples, \(wrong) other than expected") }
    }

    private func summary(_ file: Tested) -> String {
        let count = file.results.count
        if count == 0 { return "has no examples" }
        let compared = file.results.reduce(0) { $0 + $1.comparisons }
        let outcome = file.wrong == 0 ? "as expected" : "\(file.wrong) other than expected"
        return "\(count) example\(count == 1 ? "" : "s"), \(compared) values, \(outcome)"
    }

    private func report(_ tested: [Tested]) {
        print(
            Output.object { writer in
                writer.array("files", of: tested) { writer, file in
                    writer.member("file", file.file)
                    writer.member("as_expected", file.isAsExpected)
                    writer.array("faults", of: file.faults) { writer, fault in
                        writer.member("line", Int64(fault.line))
                        writer.member("column", Int64(fault.column))
                        writer.member("message", fault.message)
                    }
                    writer.array("examples", of: file.results) { writer, result in
                        writer.member("name", result.example.name)
                        writer.member("line", Int64(result.example.line))
                        writer.member("compared", Int64(result.comparisons))
                        writer.array("differences", of: result.differences) { writer, difference in
                            writer.member("line", Int64(difference.line))
                            writer.member("at", difference.place)
                            writer.member("what", difference.what)
                            writer.member("expected", difference.expected)
                            writer.member("actual", difference.actual)
                        }
                    }
                }
            })
    }
}

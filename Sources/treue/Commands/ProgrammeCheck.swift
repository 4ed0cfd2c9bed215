import ArgumentParser
import Loyalty
import Wire

/// `treue programme check`
struct ProgrammeCheck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Read programme files and name every fault with its line.",
        discussion: "Exit code 1 when a file has faults, 2 when one cannot be read.")

    @Argument(help: "YAML or JSON files.")
    var files: [String]

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        let results = try files.map { file in
            let text = try Programmes.text(of: file)
            do throws(ProgrammeFileError) {
                return Result(file: file, document: try ProgrammeFile.document(text, name: file), faults: [])
            } catch {
                return Result(file: file, document: nil, faults: error.faults)
            }
        }
        if json { report(results) } else { results.forEach(tell) }
        guard results.allSatisfy(\.faults.isEmpty) else { throw ExitCode(1) }
    }

    private struct Result {
        var file: String
        var document: ProgrammeDocument?
        var faults: [ProgrammeFault]
    }

    private func tell(_ result: Result) {
        for fault in result.faults { print("\(result.file):\(fault.line):\(fault.column): \(fault.message)") }
        guard let document = result.document else { return }
        let (versions, examples) = (document.programme.versions.count, document.examples.count)
        print(
            "\(result.file): \(document.programme.id), \(versions) version\(versions == 1 ? "" : "s"), "
                + "\(examples) example\(examples == 1 ? "" : "s"), no faults")
    }

    private func report(_ results: [Result]) {
        print(
            Output.object { writer in
                writer.array("files", of: results) { writer, result in
                    writer.member("file", result.file)
                    writer.optionalMember("programme", result.document?.programme.id)
                    writer.array("faults", of: result.faults) { writer, fault in
                        writer.member("line", Int64(fault.line))
                        writer.member("column", Int64(fault.column))
                        writer.member("message", fault.message)
                    }
                }
            })
    }
}

import ArgumentParser
import Foundation
import Schema

/// `treue programme`
struct Programmes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "programme", abstract: "Programme files: check, test, simulate, publish.",
        discussion: """
            A programme is one YAML or JSON file; docs/programme.md explains every key. `treue programme schema` prints \
            its JSON Schema, with which an editor completes keys.
            """,
        subcommands: [
            ProgrammeCheck.self, ProgrammeTest.self, ProgrammeSimulate.self,
            ProgrammePublish.self, PrintSchema.self,
        ])

    /// `treue programme schema`
    struct PrintSchema: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "schema", abstract: "Print the JSON Schema of a programme file, for editors.")

        func run() throws { print(String(decoding: ProgrammeSchema.json, as: UTF8.self), terminator: "") }
    }

    /// The text of a file.
    static func text(of file: String) throws -> String {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            throw Fault(cannot: "\(file) cannot be read")
        }
        return text
    }
}

import ArgumentParser
import Foundation
import Loyalty
import Wire

/// `treue programme`
struct Programmes: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "programme", abstract: "Programme files.", subcommands: [Check.self])

    /// `treue programme check`
    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read programme files and name every fault with its line.",
            discussion: "Exit code 1 when a file has faults.")

        @Argument(help: "YAML or JSON files.")
        var files: [String]

        func run() async throws {
            var isClean = true
            for file in files {
                guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
                    throw Fault(cannot: "\(file) cannot be read")
                }
                do throws(ProgrammeFileError) {
                    let programme = try ProgrammeFile.read(text, name: file)
                    print("\(file): \(programme.id), \(programme.versions.count) versions, no faults")
                } catch {
                    isClean = false
                    for fault in error.faults { print("\(file):\(fault.line):\(fault.column): \(fault.message)") }
                }
            }
            guard isClean else { throw ExitCode(1) }
        }
    }
}

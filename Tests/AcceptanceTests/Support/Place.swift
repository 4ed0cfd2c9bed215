import Foundation
import Synchronization

/// A data directory of a test's own and the settings that go with it: what an operator has on one machine.
final class Place: Sendable {
    let folder: String
    let environment: [String: String]
    private let runs = Atomic(0)

    var dataDirectory: String { "\(folder)/data" }

    /// The program under test, beside the tests.
    static let program: String = {
        if let path = ProcessInfo.processInfo.environment["TREUE_BINARY"] { return path }
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        return tests.deletingLastPathComponent().appending(path: "treue").path
    }()

    /// The checkout that the tests were built from.
    static let repository = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path

    /// - Parameter programme: a file for `TREUE_PROGRAMME`.
    init(programme: String? = nil, variables: [String: String] = [:]) throws {
        folder = try Leftovers.makeFolder()
        var environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": folder,
            "TREUE_DATA_DIR": "\(folder)/data", "TREUE_HTTP_PORT": "0", "TREUE_LOG_FORMAT": "json",
        ]
        environment["TREUE_PROGRAMME"] = programme
        self.environment = environment.merging(variables) { $1 }
    }

    deinit { Leftovers.remove(folder) }

    /// A path in the place's folder.
    func path(_ name: String) -> String { "\(folder)/\(name)" }

    /// Writes a file and answers its path.
    func file(_ name: String, _ text: String) throws -> String {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }

    /// Starts `treue` with these words.
    ///
    /// - Parameter without: variables to leave out.
    func spawn(_ arguments: [String], input: String? = nil, without: Set<String> = []) throws -> Spawned {
        let number = runs.add(1, ordering: .relaxed).newValue
        let process = try Spawned(
            Place.program, arguments, environment: environment.filter { !without.contains($0.key) }, input: input,
            files: path("run-\(number)"))
        Leftovers.note(process, of: folder)
        return process
    }

    /// What a finished command said.
    struct Finished: Sendable {
        var code: Int32
        var output: String
        var errors: String

        var json: JSON { get throws { try JSON(Array(output.utf8)) } }
    }

    /// Runs `treue` with these words to its end.
    func treue(
        _ arguments: String..., input: String? = nil, without: Set<String> = [], seconds: Double = 120
    ) async throws -> Finished {
        try await treue(words: arguments, input: input, without: without, seconds: seconds)
    }

    /// Runs `treue` with a list of words to its end.
    func treue(
        words arguments: [String], input: String? = nil, without: Set<String> = [], seconds: Double = 120
    ) async throws -> Finished {
        try await onThread { [self] in
            let process = try spawn(arguments, input: input, without: without)
            let code: Int32 =
                switch try process.wait(seconds: seconds) {
                case .exited(let code): code
                case .killed(let signal): -signal
                }
            return Finished(code: code, output: process.output, errors: process.errors)
        }
    }

    /// Starts a server and waits until it is ready.
    func serve() async throws -> RunningTreue {
        try await onThread { [self] in try RunningTreue(self) }
    }
}

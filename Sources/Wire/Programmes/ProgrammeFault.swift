internal import Yams

/// One thing that is wrong in a programme file.
public struct ProgrammeFault: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The line, counted from 1.
    public let line: Int
    /// The column in characters, counted from 1.
    public let column: Int
    /// What is wrong and what was expected.
    public let message: String

    /// `line 7, column 3: …`
    public var description: String { "line \(line), column \(column): \(message)" }

    /// In the order of the file.
    public static func < (left: ProgrammeFault, right: ProgrammeFault) -> Bool {
        (left.line, left.column) < (right.line, right.column)
    }
}

/// Everything that is wrong in a programme file.
public struct ProgrammeFileError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The name of the file, as it was given.
    public let name: String
    /// At least one, in the order of the file.
    public let faults: [ProgrammeFault]

    /// One line for each fault: `sephora.yaml:7:3: …`
    public var description: String {
        faults.map { "\(name):\($0.line):\($0.column): \($0.message)" }.joined(separator: "\n")
    }
}

/// A place in a file, both counted from 1.
struct FilePlace: Hashable {
    var line: Int
    var column: Int

    static let start = FilePlace(line: 1, column: 1)

    init(line: Int, column: Int) {
        (self.line, self.column) = (line, column)
    }

    init(_ mark: Mark) {
        (line, column) = (mark.line, mark.column)
    }
}

/// Gathers faults while a file is read, up to a bound.
final class ProgrammeFaults {
    private static let limit = 100
    private(set) var all: [ProgrammeFault] = []
    /// The keys that were asked for in each kind of mapping: what the format has, for whoever compares it.
    private(set) var keys: [String: Set<String>] = [:]

    func note(_ known: [String], of mapping: String) { keys[mapping, default: []].formUnion(known) }

    func add(at mark: FilePlace, _ message: String) {
        let fault = ProgrammeFault(line: mark.line, column: mark.column, message: message)
        if all.count < Self.limit, !all.contains(fault) { all.append(fault) }
    }
}

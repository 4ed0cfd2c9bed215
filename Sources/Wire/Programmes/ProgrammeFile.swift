public import Loyalty
internal import Yams

/// What a programme file holds.
public struct ProgrammeDocument: Sendable {
    public var programme: Programme
    /// What is given and what is expected then; checked by ``ExampleRun``.
    public var examples: [ProgrammeExample]
}

/// A programme as its owner writes it: YAML, or JSON, which is read as YAML as well.
public enum ProgrammeFile {
    /// The largest file, in bytes.
    public static let maximumBytes = 1 << 20
    /// The most nodes, where each use of an alias counts: a small file cannot be made to stand for a huge one.
    private static let maximumNodes = 50_000

    /// Reads a file.
    /// - Parameter name: what the file is called in messages.
    /// - Throws: ``ProgrammeFileError`` with every fault and its line. A text that is not YAML, or gives a key twice,
    ///   has that fault alone: nothing behind it could be trusted.
    public static func read(_ text: String, name: String) throws(ProgrammeFileError) -> Programme {
        try document(text, name: name).programme
    }

    /// Reads a file with its examples.
    public static func document(_ text: String, name: String) throws(ProgrammeFileError) -> ProgrammeDocument {
        try document(text, name: name, ProgrammeFaults())
    }

    /// - Parameter faults: gathers the faults, and the keys that the format has.
    static func document(
        _ text: String, name: String, _ faults: ProgrammeFaults
    ) throws(ProgrammeFileError) -> ProgrammeDocument {
        var document: ProgrammeDocument?
        if let root = compose(text, faults) { document = ProgrammeReader(faults: faults).document(root) }
        if faults.all.isEmpty, let document { return document }
        if faults.all.isEmpty { faults.add(at: FilePlace.start, "is no programme") }
        throw ProgrammeFileError(name: name, faults: faults.all.sorted())
    }

    private static func compose(_ text: String, _ faults: ProgrammeFaults) -> Node? {
        let start = FilePlace.start
        guard text.utf8.count <= maximumBytes else {
            faults.add(at: start, "is larger than \(maximumBytes) bytes")
            return nil
        }
        do {
            // The parser keeps a pointer into the text, which very short strings do not have: so it is never short.
            let padded = text.utf8.count < 16 ? text + String(repeating: " ", count: 16) : text
            guard let root = try Parser(yaml: padded, encoding: .utf8).singleRoot() else {
                faults.add(at: start, "is empty: a programme begins with id, currencies and versions")
                return nil
            }
            var budget = maximumNodes
            spend(&budget, on: root)
            if budget > 0 { return root }
            faults.add(at: start, "has more than \(maximumNodes) values once its aliases are written out")
        } catch let error as YamlError {
            add(error, in: text, to: faults)
        } catch {
            faults.add(at: start, "could not be read: \(error)")
        }
        return nil
    }

    /// Counts nodes, and stops when the budget is used up.
    private static func spend(_ budget: inout Int, on node: Node) {
        budget -= 1
        guard budget > 0 else { return }
        switch node {
        case .mapping(let mapping):
            for (key, value) in mapping where budget > 0 {
                spend(&budget, on: key)
                spend(&budget, on: value)
            }
        case .sequence(let sequence):
            for element in sequence where budget > 0 { spend(&budget, on: element) }
        case .scalar, .alias: break
        }
    }

    private static func add(_ error: YamlError, in text: String, to faults: ProgrammeFaults) {
        let lines = text.utf8.count { $0 == UInt8(ascii: "\n") } + 1
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let words = ["is not YAML:", context?.text, problem]
            // What is missed at the end of the text is reported behind it.
            let place = mark.line > lines ? FilePlace(line: lines, column: 1) : FilePlace(mark)
            faults.add(at: place, words.compactMap { $0 }.joined(separator: " "))
        case .duplicatedKeysInMapping(let names, let context):
            let place = FilePlace(context.mark)
            for name in names { faults.add(at: place, "`\(name)` is given twice in the same mapping") }
        case .reader(let problem, _, _, _):
            faults.add(at: FilePlace.start, "is not YAML: \(problem)")
        default:
            faults.add(at: FilePlace.start, "is not YAML")
        }
    }
}

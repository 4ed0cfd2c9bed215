internal import Yams

/// Reads one mapping of a programme file key by key and notes every fault with its place.
///
/// nil means absent (where that is allowed) or wrong (then a fault was noted). An empty value counts as absent.
final class MappingReader {
    let faults: ProgrammeFaults
    /// What the mapping stands for, in messages: "a version".
    let what: String
    /// Where the mapping begins.
    let mark: FilePlace
    let isMapping: Bool
    private var entries: [(key: String, mark: FilePlace, value: Node)] = []
    /// Keys of the format that were asked for.
    private var known: [String] = []
    /// Keys that the file itself chose, such as the ids of its wallets.
    private var chosen: [String] = []

    /// A reader of a node that should be a mapping.
    init(_ node: Node, _ what: String, faults: ProgrammeFaults) {
        (self.faults, self.what) = (faults, what)
        mark = node.place
        guard case .mapping(let mapping) = node else {
            isMapping = false
            faults.add(at: mark, "\(what) must be a mapping of keys to values, not \(node.kind)")
            return
        }
        isMapping = true
        for (key, value) in mapping {
            if case .scalar(let scalar) = key {
                entries.append((scalar.string, key.place, value))
            } else {
                faults.add(at: key.place, "a key must be a plain word, not \(key.kind)")
            }
        }
    }

    /// The value under an optional key.
    func optional(_ key: String) -> Node? {
        known.append(key)
        return value(of: key)
    }

    /// The value under a key that the file itself chose.
    func chosen(_ key: String) -> Node? {
        chosen.append(key)
        return value(of: key)
    }

    private func value(of key: String) -> Node? {
        guard let value = entries.first(where: { $0.key == key })?.value, !value.isEmpty else { return nil }
        return value
    }

    /// The value under a key that must be there.
    func required(_ key: String) -> Node? {
        if let value = optional(key) { return value }
        if isMapping { faults.add(at: place(of: key), "`\(key)` is required") }
        return nil
    }

    /// Where a key stands, or the mapping where it is absent.
    func place(of key: String) -> FilePlace { entries.first { $0.key == key }?.mark ?? mark }

    /// All keys with their values, for mappings whose keys are data.
    func everything() -> [(key: String, mark: FilePlace, value: Node)] {
        chosen += entries.map(\.key)
        return entries
    }

    /// Notes every key that nobody asked for.
    func close() {
        faults.note(known, of: what)
        let all = known + chosen
        for entry in entries where !all.contains(entry.key) {
            let hint = Spelling.hint(for: entry.key, among: all)
            let keys = hint.isEmpty ? "; known here: \(all.joined(separator: ", "))" : hint
            faults.add(at: entry.mark, "`\(entry.key)` is not a known key\(keys)")
        }
    }

    /// Notes a fault for each of these keys that is there.
    func refuse(_ keys: [String], _ reason: (String) -> String) {
        for key in keys where optional(key) != nil { faults.add(at: place(of: key), reason(key)) }
    }

    /// A mapping under an optional key.
    func mapping(_ key: String) -> MappingReader? {
        optional(key).map { MappingReader($0, "`\(key)`", faults: faults) }
    }

    /// The elements of an optional sequence, each read by `body`; an empty list where it is absent.
    func list<Value>(_ key: String, count: ClosedRange<Int>, _ body: (Node) -> Value?) -> [Value] {
        guard let node = optional(key) else {
            if count.lowerBound > 0, isMapping { faults.add(at: place(of: key), "`\(key)` is required") }
            return []
        }
        return list(key, of: node, count: count, body)
    }

    /// The elements of a node that should be a sequence.
    func list<Value>(_ key: String, of node: Node, count: ClosedRange<Int>, _ body: (Node) -> Value?) -> [Value] {
        guard case .sequence(let sequence) = node else {
            faults.add(at: node.place, "`\(key)` must be a list, not \(node.kind)")
            return []
        }
        guard count.contains(sequence.count) else {
            faults.add(
                at: node.place,
                "`\(key)` must have \(count.lowerBound) to \(count.upperBound) elements, not \(sequence.count)")
            return []
        }
        return sequence.compactMap(body)
    }
}

extension Node {
    /// Where it begins.
    var place: FilePlace { mark.map(FilePlace.init) ?? .start }

    /// What it is, for messages.
    var kind: String {
        switch self {
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .scalar where isEmpty: "nothing"
        case .scalar(let scalar): "`\(scalar.string)`"
        case .alias: "an alias"
        }
    }

    /// Whether it is a value that was left empty, or `null`.
    var isEmpty: Bool {
        guard case .scalar(let scalar) = self, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    /// Whether it is a text or number.
    var isScalar: Bool { if case .scalar = self { true } else { false } }

    /// Whether it is a list.
    var isList: Bool { if case .sequence = self { true } else { false } }
}

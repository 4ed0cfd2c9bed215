public import Loyalty
internal import Yams

extension ProgrammeFile {
    /// The text with another `from` in its last version, and nothing else changed; nil where the last version names no
    /// `from` on a line of its own or in a mapping that could be found.
    public static func replacingLastFrom(in text: String, with day: CivilDate) -> String? {
        guard let root = try? Parser(yaml: text, encoding: .utf8).singleRoot(),
            let versions = root.mapping?["versions"]?.sequence, let last = versions.last,
            case .scalar(let from)? = last.mapping?["from"], let mark = from.mark
        else { return nil }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard lines.indices.contains(mark.line - 1) else { return nil }
        let line = lines[mark.line - 1]
        let characters = Array(line.unicodeScalars)
        let start = mark.column - 1
        let written = Array(from.string.unicodeScalars)
        let quoted = characters.indices.contains(start) && ["\"", "'"].contains(characters[start]) ? 1 : 0
        let end = start + quoted + written.count
        guard end <= characters.count, Array(characters[(start + quoted)..<end]) == written else { return nil }
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: characters[..<(start + quoted)])
        scalars.append(contentsOf: day.description.unicodeScalars)
        scalars.append(contentsOf: characters[end...])
        lines[mark.line - 1] = String(scalars)
        return lines.joined(separator: "\n")
    }
}

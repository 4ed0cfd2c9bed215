internal import Yams

extension ProgrammeFile {
    /// A document with one more version at its end.
    ///
    /// - Parameters:
    ///   - version: a version by itself, YAML or JSON; a whole document (one with `versions`) is answered as it is.
    ///   - number: its number; there must be so many before it.
    ///   - document: the document that it is added to.
    /// - Throws: ``ProgrammeFileError`` where one of them is no mapping.
    public static func appending(
        _ version: String, as number: Int, to document: String?
    ) throws(ProgrammeFileError) -> String {
        let added = try root(of: version, name: "version")
        if added["versions"] != nil { return version }
        guard let document else {
            throw fault("is a version by itself, and the programme is not published yet: send the whole document")
        }
        var whole = try root(of: document, name: "document")
        guard var versions = whole["versions"]?.sequence else { throw fault("has no list of versions") }
        // Under a number that is taken it stands in its place, to be compared.
        versions = Node.Sequence(Array(versions.prefix(number - 1)) + [.mapping(added)])
        whole["versions"] = .sequence(versions)
        do {
            return try serialize(node: .mapping(whole), allowUnicode: true, sortKeys: false)
        } catch {
            throw fault("cannot be written down")
        }
    }

    private static func root(of text: String, name: String) throws(ProgrammeFileError) -> Node.Mapping {
        guard text.utf8.count <= maximumBytes else { throw fault("is larger than \(maximumBytes) bytes") }
        let padded = text.utf8.count < 16 ? text + String(repeating: " ", count: 16) : text
        guard let node = try? Parser(yaml: padded, encoding: .utf8).singleRoot(), let mapping = node.mapping else {
            throw fault("is no YAML mapping")
        }
        return mapping
    }

    private static func fault(_ detail: String) -> ProgrammeFileError {
        let faults = ProgrammeFaults()
        faults.add(at: FilePlace.start, detail)
        return ProgrammeFileError(name: "programme", faults: faults.all)
    }
}

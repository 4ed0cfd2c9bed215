/// Reads JSON strictly: RFC 8259, UTF-8 checked, no byte order mark, no name twice, no depth beyond a bound.
///
/// How many bytes are acceptable is the caller's matter; the work is linear in them.
public enum JSONReader {
    /// How many arrays and objects may lie inside each other.
    public static let maximumDepth = 32

    /// Reads one document.
    /// - Throws: ``JSONSyntaxError`` with the place of the first fault.
    public static func read(
        _ bytes: [UInt8], maximumDepth: Int = JSONReader.maximumDepth
    ) throws(JSONSyntaxError) -> JSONValue {
        try node(bytes, maximumDepth: maximumDepth).value
    }

    /// Reads one document without making a tree of it.
    /// - Parameter strict: refuses a name that an object gives twice.
    static func node(
        _ bytes: [UInt8], maximumDepth: Int = JSONReader.maximumDepth, strict: Bool = true
    ) throws(JSONSyntaxError) -> JSONNode {
        let (entries, duplicateOffset) = try bytes.withUnsafeBufferPointer { bytes throws(JSONSyntaxError) in
            var parser = JSONParser(bytes, maximumDepth: maximumDepth)
            try parser.start()
            try parser.value()
            try parser.finish()
            return (parser.entries, parser.duplicateOffset)
        }
        let node = JSONDocument(bytes: bytes, entries: entries).root
        if strict, let duplicateOffset {
            var place = TextPlace()
            bytes.withUnsafeBufferPointer { place.advance(to: duplicateOffset, in: $0) }
            throw duplicate(in: node.value, at: place)
        }
        return node
    }

    /// Reads an array whose elements stand or fall alone: a name given twice spoils its own element only.
    ///
    /// A document that is not an array is nil: the caller reads it with ``read(_:maximumDepth:)``.
    /// - Parameter maximumCount: elements beyond this number are not kept; reading stops and the result has one
    ///   element more than the maximum, so that the caller sees the excess.
    /// - Throws: ``JSONSyntaxError`` when the text as a whole is not JSON.
    public static func readElements(
        _ bytes: [UInt8], maximumCount: Int
    ) throws(JSONSyntaxError) -> [Result<JSONValue, JSONSyntaxError>]? {
        try elements(of: bytes, maximumCount: maximumCount)?.map { $0.map(\.value) }
    }

    /// Reads an array as ``readElements(_:maximumCount:)`` does, without making trees.
    static func elements(
        of bytes: [UInt8], maximumCount: Int
    ) throws(JSONSyntaxError) -> [Result<JSONNode, JSONSyntaxError>]? {
        var found: [(index: Int, duplicateOffset: Int?)] = []
        let entries = try bytes.withUnsafeBufferPointer {
            bytes throws(JSONSyntaxError) -> [JSONDocument.Entry]? in
            var parser = JSONParser(bytes, maximumDepth: maximumDepth)
            try parser.start()
            guard parser.beginsArray() else { return nil }
            while try parser.nextElement(isFirst: found.isEmpty) {
                let index = parser.entries.count
                try parser.value()
                found.append((index, parser.takeDuplicateOffset()))
                if found.count > maximumCount { return parser.entries }
            }
            try parser.finish()
            return parser.entries
        }
        guard let entries else { return nil }
        let document = JSONDocument(bytes: bytes, entries: entries)
        var place = TextPlace()
        return found.map { index, duplicateOffset in
            let node = JSONNode(document: document, index: index)
            guard let duplicateOffset else { return .success(node) }
            bytes.withUnsafeBufferPointer { place.advance(to: duplicateOffset, in: $0) }
            return .failure(duplicate(in: node.value, at: place))
        }
    }

    private static func duplicate(in value: JSONValue, at place: TextPlace) -> JSONSyntaxError {
        let pointer = JSONPointer.firstDuplicate(in: value)?.text ?? ""
        return JSONSyntaxError(.duplicateName, at: place, "\(pointer) is given twice", pointer: pointer)
    }
}

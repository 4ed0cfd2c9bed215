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
        try bytes.withUnsafeBufferPointer { bytes throws(JSONSyntaxError) in
            var parser = JSONParser(bytes, maximumDepth: maximumDepth)
            try parser.start()
            let value = try parser.value()
            try parser.finish()
            if let offset = parser.duplicateOffset {
                var place = TextPlace()
                place.advance(to: offset, in: bytes)
                throw duplicate(in: value, at: place)
            }
            return value
        }
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
        try bytes.withUnsafeBufferPointer { bytes throws(JSONSyntaxError) in
            try elements(of: bytes, maximumCount: maximumCount)
        }
    }

    private static func elements(
        of bytes: UnsafeBufferPointer<UInt8>, maximumCount: Int
    ) throws(JSONSyntaxError) -> [Result<JSONValue, JSONSyntaxError>]? {
        var parser = JSONParser(bytes, maximumDepth: maximumDepth)
        try parser.start()
        guard parser.beginsArray() else { return nil }
        var elements: [Result<JSONValue, JSONSyntaxError>] = []
        var place = TextPlace()
        while try parser.nextElement(isFirst: elements.isEmpty) {
            let value = try parser.value()
            if let offset = parser.takeDuplicateOffset() {
                place.advance(to: offset, in: bytes)
                elements.append(.failure(duplicate(in: value, at: place)))
            } else {
                elements.append(.success(value))
            }
            if elements.count > maximumCount { return elements }
        }
        try parser.finish()
        return elements
    }

    private static func duplicate(in value: JSONValue, at place: TextPlace) -> JSONSyntaxError {
        let pointer = JSONPointer.firstDuplicate(in: value)?.text ?? ""
        return JSONSyntaxError(.duplicateName, at: place, "\(pointer) is given twice", pointer: pointer)
    }
}

/// Limits of the attributes around `data`.
enum CloudEventLimit {
    static let id = 255
    static let source = 1024
    static let extensionText = 1024
    static let extensions = 50
}

/// The attributes of a CloudEvent that Treue does not act upon, and those with a form of their own.
extension ObjectReader {
    /// A required URI reference (RFC 3986).
    func uriReference(_ name: String) -> String? {
        string(name, max: CloudEventLimit.source).flatMap { uriReference($0, at: name) }
    }

    /// Refuses data that is declared to be anything but JSON.
    func checkContentType() {
        guard let text = optionalString("datacontenttype", max: CommandLimit.identifier) else { return }
        let media = text.prefix { $0 != ";" }.lowercased().trimmingSpaces()
        if media != "application/json", !media.hasSuffix("+json") {
            fault(at: "datacontenttype", "must be application/json")
        }
    }

    /// `subject`, `dataschema` and every extension attribute as a JSON object, sorted by name; nil where there is none.
    func metadata() -> [UInt8]? {
        var kept: [JSONMember] = []
        if let subject = optionalString("subject", max: CloudEventLimit.extensionText) {
            kept.append(JSONMember("subject", .string(subject)))
        }
        if let text = optionalString("dataschema", max: CloudEventLimit.source),
            let schema = uriReference(text, at: "dataschema")
        {
            kept.append(JSONMember("dataschema", .string(schema)))
        }
        let extensions = remaining().filter { $0.value != .null }
        if extensions.count > CloudEventLimit.extensions {
            faults.add(at: place, "must have at most \(CloudEventLimit.extensions) extension attributes")
            return nil
        }
        for attribute in extensions where isExtension(attribute) { kept.append(attribute) }
        return kept.isEmpty ? nil : CanonicalJSON.bytes(of: .object(kept))
    }

    private func isExtension(_ attribute: JSONMember) -> Bool {
        let isName = attribute.name.utf8.allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
        }
        guard isName, !attribute.name.isEmpty else {
            let hint = Spelling.hint(for: attribute.name, among: known)
            fault(
                at: attribute.name,
                "is not a known member, and no extension attribute: those have lower-case letters and digits only"
                    + hint)
            return false
        }
        switch attribute.value {
        case .bool, .integer: return true
        case .string:
            let place = place(of: attribute.name)
            return text(attribute.value, at: place, max: CloudEventLimit.extensionText) != nil
        default:
            fault(
                at: attribute.name,
                "must be a string, a whole number or a boolean, as an extension attribute, not \(attribute.value.kind)")
            return false
        }
    }

    private func uriReference(_ text: String, at name: String) -> String? {
        var rest = text.utf8.makeIterator()
        while let byte = rest.next() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.next(), let low = rest.next(), Hex.value(of: high) != nil,
                    Hex.value(of: low) != nil
                else {
                    fault(at: name, "must be a URI reference: % is followed by two hex digits")
                    return nil
                }
            } else if !Self.mayStandInURI(byte) {
                fault(at: name, "must be a URI reference (RFC 3986), such as https://shop.example/tills/7 or /tills/7")
                return nil
            }
        }
        return text
    }

    private static func mayStandInURI(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "."),
            UInt8(ascii: "-"):
            true
        default: "_~?#[]@!$&'()*+,;=".utf8.contains(byte)
        }
    }
}

extension String {
    /// Without spaces and tabs at either end.
    fileprivate func trimmingSpaces() -> String {
        var rest = self[...]
        while let first = rest.first, first == " " || first == "\t" { rest.removeFirst() }
        while let last = rest.last, last == " " || last == "\t" { rest.removeLast() }
        return String(rest)
    }
}

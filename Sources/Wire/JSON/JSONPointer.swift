/// A place in a document (RFC 6901), built as a chain so that reading costs nothing until a fault must be named.
public indirect enum JSONPointer: Sendable {
    /// The whole document: the empty pointer.
    case root
    /// A member of the object there.
    case member(JSONPointer, String)
    /// An element of the array there, counted from 0.
    case element(JSONPointer, Int)

    /// The pointer as text: `/data/lines/0/quantity`.
    public var text: String {
        switch self {
        case .root: ""
        case .member(let parent, let name): parent.text + "/" + Self.escape(name)
        case .element(let parent, let index): parent.text + "/\(index)"
        }
    }

    /// `~` becomes `~0` and `/` becomes `~1`.
    static func escape(_ name: String) -> String {
        guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return name }
        var escaped = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// The name behind ``escape(_:)``.
    static func unescape(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "~")) else { return text }
        var name = ""
        var scalars = text.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "~" else {
                name.unicodeScalars.append(scalar)
                continue
            }
            switch scalars.next() {
            case "0": name += "~"
            case "1": name += "/"
            case let other?: name.unicodeScalars.append(other)
            case nil: break
            }
        }
        return name
    }

    /// The first name that an object inside this value gives twice.
    static func firstDuplicate(in value: JSONValue, at place: JSONPointer = .root) -> JSONPointer? {
        switch value {
        case .object(let members):
            var seen: Set<String> = []
            for member in members {
                let inner = JSONPointer.member(place, member.name)
                if !seen.insert(member.name).inserted { return inner }
                if let found = firstDuplicate(in: member.value, at: inner) { return found }
            }
        case .array(let elements):
            for (index, element) in elements.enumerated() {
                if let found = firstDuplicate(in: element, at: .element(place, index)) { return found }
            }
        default: break
        }
        return nil
    }
}

internal import Loyalty

/// Reads what a shop's software sends. Unlike ``ObjectReader`` it passes over whatever it does not know: shops add members
/// at will. What it needs and does not find is noted with its place.
struct ShopReader {
    let value: JSONValue
    let place: JSONPointer
    let faults: FaultList

    init(_ value: JSONValue, at place: JSONPointer = .root, faults: FaultList) {
        (self.value, self.place, self.faults) = (value, place, faults)
    }

    /// The most elements of a list that are looked at.
    static let mostElements = 1_000

    private func member(_ name: String) -> JSONValue? {
        guard let found = value[name], found != .null else { return nil }
        return found
    }

    func fault(at name: String, _ detail: @autoclosure () -> String) {
        faults.add(at: .member(place, name), detail())
    }

    /// A number or text that names something: exact, however large. nil where it is absent, empty or 0.
    func optionalID(_ name: String) -> String? {
        switch member(name) {
        case .integer(let number)?: return number == 0 ? nil : String(number)
        case .number(let text)?, .string(let text)?:
            let isPlain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            return (1...64).contains(text.utf8.count) && isPlain && text != "0" ? text : nil
        default: return nil
        }
    }

    func id(_ name: String) -> String? {
        let id = optionalID(name)
        if id == nil { fault(at: name, "must be an identifier") }
        return id
    }

    /// A text without control characters, cut to `max` characters; nil where it is absent or empty.
    func text(_ name: String, max: Int) -> String? {
        guard case .string(let text)? = member(name) else { return nil }
        let clean = text.unicodeScalars.filter { !$0.properties.generalCategory.isControl }.prefix(max)
        return clean.isEmpty ? nil : String(String.UnicodeScalarView(clean))
    }

    func bool(_ name: String) -> Bool? {
        if case .bool(let flag)? = member(name) { flag } else { nil }
    }

    /// A whole number; nil for anything else.
    func integer(_ name: String) -> Int64? {
        if case .integer(let number)? = member(name) { number } else { nil }
    }

    /// A sum of money, as a text or a number; 0 where it is absent.
    func money(_ name: String) -> ShopDecimal {
        let decimal: ShopDecimal? =
            switch member(name) {
            case nil: ShopDecimal.zero
            case .integer(let number)?: ShopDecimal(String(number))
            case .number(let text)?, .string(let text)?: text.isEmpty ? .zero : ShopDecimal(text)
            default: nil
            }
        if decimal == nil { fault(at: name, "must be a decimal number such as 41.94") }
        return decimal ?? .zero
    }

    /// A time with an offset; without one it is UTC, as WooCommerce writes it.
    func time(_ name: String) -> Instant? {
        guard case .string(let text)? = member(name), !text.isEmpty else { return nil }
        for candidate in [text, text + "Z"] {
            if let micros = try? RFC3339.micros(of: candidate) { return Instant(micros: micros) }
        }
        fault(at: name, "must be a time such as 2026-11-24T10:20:30Z")
        return nil
    }

    func object(_ name: String) -> ShopReader? {
        guard let found = member(name), case .object = found else { return nil }
        return ShopReader(found, at: .member(place, name), faults: faults)
    }

    /// The elements of a list; none where it is absent.
    func objects(_ name: String) -> [ShopReader] {
        guard let found = member(name) else { return [] }
        guard case .array(let elements) = found else {
            fault(at: name, "must be an array, not \(found.kind)")
            return []
        }
        guard elements.count <= Self.mostElements else {
            fault(at: name, "must have at most \(Self.mostElements) elements")
            return []
        }
        let list = JSONPointer.member(place, name)
        return elements.enumerated().map { ShopReader($1, at: .element(list, $0), faults: faults) }
    }

    /// An e-mail address in its normal form; nil for what is none.
    func email(_ name: String) -> String? {
        text(name, max: MemberReference.maximumLength).flatMap { MemberReference(.email, $0)?.value }
    }

    /// Runs a reader over a whole document.
    static func read<Value>(
        _ body: [UInt8], _ read: (ShopReader) -> Value?
    ) throws(BodyError) -> Value {
        let document = try BodyError.parsing(body).value
        let faults = FaultList()
        guard case .object = document else {
            throw .invalid([Fault(pointer: "", detail: "must be an object, not \(document.kind)")])
        }
        let value = read(ShopReader(document, faults: faults))
        if !faults.faults.isEmpty { throw .invalid(faults.faults) }
        guard let value else { throw .invalid([Fault(pointer: "", detail: "is incomplete")]) }
        return value
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isControl: Bool { self == .control || self == .lineSeparator || self == .paragraphSeparator }
}

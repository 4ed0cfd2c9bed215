public import Loyalty

/// The body of `POST /v1/programmes/{id}/simulations`.
public struct SimulationBody: Hashable, Sendable {
    /// The draft's document, YAML or JSON.
    public var document: String
    /// The first day on which the draft holds; nil where it held always.
    public var from: CivilDate?
    /// The last day; nil for today.
    public var to: CivilDate?
    /// How many members who win most, and who lose most, are named.
    public var top: Int

    public static let topRange = 0...100
    public static let standardTop = 10

    public init(document: String, from: CivilDate? = nil, to: CivilDate? = nil, top: Int = standardTop) {
        (self.document, self.from, self.to, self.top) = (document, from, to, top)
    }

    /// Reads the body.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> SimulationBody {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            let document = document(reader)
            let (from, to) = (day("from", reader), day("to", reader))
            let top = reader.optionalInteger("top", in: Int64(topRange.lowerBound)...Int64(topRange.upperBound))
            guard let document else { return nil }
            return SimulationBody(document: document, from: from, to: to, top: top.map(Int.init) ?? standardTop)
        }
    }

    /// What is compared where the same request comes again.
    public var canonical: [UInt8] {
        Array("\(from?.description ?? "") \(to?.description ?? "") \(top) \(document)".utf8)
    }

    /// Exactly one of `programme` and `yaml`.
    private static func document(_ reader: ObjectReader) -> String? {
        let (object, text) = (reader.optional("programme"), reader.optional("yaml"))
        switch (object, text) {
        case (.object?, nil):
            var writer = JSONWriter(reserving: 4_096)
            if let object { writer.value(object) }
            return String(decoding: writer.bytes, as: UTF8.self)
        case (nil, .string(let text)?): return text
        case (let object?, nil): reader.fault(at: "programme", "must be an object, not \(object.kind)")
        case (nil, let text?): reader.fault(at: "yaml", "must be a string, not \(text.kind)")
        case (nil, nil):
            reader.fault(at: "programme", "is missing: send the draft as `programme`, or as text in `yaml`")
        case (.some, .some): reader.fault(at: "yaml", "must not stand beside `programme`")
        }
        return nil
    }

    private static func day(_ name: String, _ reader: ObjectReader) -> CivilDate? {
        guard let text = reader.optionalString(name, max: 10) else { return nil }
        if let day = CivilDate(text), (1970...9998).contains(day.year) { return day }
        reader.fault(at: name, "must be a date such as 2026-03-31")
        return nil
    }
}

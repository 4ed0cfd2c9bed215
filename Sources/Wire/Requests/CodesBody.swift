/// The body of `POST /v1/rewards/{id}/codes`.
public struct CodesBody: Hashable, Sendable {
    /// nil for the default programme.
    public var programme: String?
    /// As members get them: 1 to 5,000, none twice.
    public var codes: [String]

    public init(programme: String? = nil, codes: [String]) { (self.programme, self.codes) = (programme, codes) }

    /// How many codes one request may bring.
    public static let most = 5_000

    /// Reads the body.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> CodesBody {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            let programme = reader.optionalString("programme", max: 100)
            _ = reader.requiredEntry("codes")
            guard let codes = reader.optionalStrings("codes", count: 1...most, max: 100) else { return nil }
            var seen: Set<String> = []
            for (index, code) in codes.enumerated() {
                // Letters may be small and hyphens missing when a code is used: what differs by these alone is the same.
                let plain = code.uppercased().filter { $0 != "-" && $0 != " " }
                if plain.isEmpty {
                    reader.faults.add(at: .element(reader.place(of: "codes"), index), "needs a letter or digit")
                } else if !seen.insert(plain).inserted {
                    reader.faults.add(at: .element(reader.place(of: "codes"), index), "is in the list twice")
                }
            }
            return CodesBody(programme: programme, codes: codes)
        }
    }
}

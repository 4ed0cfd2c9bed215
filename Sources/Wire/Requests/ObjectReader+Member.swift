extension ObjectReader {
    /// A required member reference: exactly one of `id`, `card`, `external_id`, `email`.
    func memberReference(_ name: String) -> MemberReference? {
        object(name) { reader in
            let named = MemberReference.Kind.allCases.compactMap { kind in
                reader.optional(kind.rawValue).map { (kind, $0) }
            }
            guard named.count == 1, let (kind, value) = named.first else {
                reader.faults.add(at: reader.place, "must have exactly one of id, card, external_id, email")
                return nil
            }
            return reader.reference(kind, value)
        }
    }

    /// An optional member under the name of an identifier, in normal form.
    func optionalIdentifier(_ kind: MemberReference.Kind) -> String? {
        optional(kind.rawValue).flatMap { reference(kind, $0)?.value }
    }

    private func reference(_ kind: MemberReference.Kind, _ value: JSONValue) -> MemberReference? {
        let place = place(of: kind.rawValue)
        guard let text = text(value, at: place, max: MemberReference.maximumLength) else { return nil }
        let reference = MemberReference(kind, text)
        if reference == nil { faults.add(at: place, "must be an e-mail address") }
        return reference
    }
}

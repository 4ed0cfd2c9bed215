extension ObjectReader {
    /// A required member reference: exactly one of `id`, `card`, `external_id`, `email`.
    func memberReference(_ name: String) -> MemberReference? {
        object(name) { reader in
            var named: (kind: MemberReference.Kind, entry: Int)?
            var count = 0
            for kind in MemberReference.Kind.allCases {
                guard let entry = reader.entry(kind.rawValue) else { continue }
                named = (kind, entry)
                count += 1
            }
            guard count == 1, let named else {
                if reader.isObject {
                    reader.faults.add(at: reader.place, "must have exactly one of id, card, external_id, email")
                }
                return nil
            }
            return reader.reference(named.kind, at: named.entry)
        }
    }

    /// An optional member under the name of an identifier, in normal form.
    func optionalIdentifier(_ kind: MemberReference.Kind) -> String? {
        entry(kind.rawValue).flatMap { reference(kind, at: $0)?.value }
    }

    private func reference(_ kind: MemberReference.Kind, at entry: Int) -> MemberReference? {
        guard let text = text(at: entry, place(of: kind.rawValue), max: MemberReference.maximumLength) else {
            return nil
        }
        let reference = MemberReference(kind, text)
        if reference == nil { faults.add(at: place(of: kind.rawValue), "must be an e-mail address") }
        return reference
    }
}

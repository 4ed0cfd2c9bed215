extension Programme {
    /// The rules of a simulation: these until `from`, and the draft's from then on; the draft's alone where there is no
    /// `from`. A draft that says the same as what was in force begins no version of its own.
    public func followed(by draft: Programme, from: Instant?) -> Programme {
        guard let from else { return draft }
        var programme = draft
        programme.versions = versions.filter { $0.number == versions[0].number || $0.from < from }
        var first = draft.version(at: from)
        first.from = from
        if programme.versions.last?.saysTheSame(as: first) != true { programme.versions.append(first) }
        programme.versions += draft.versions.filter { $0.from > from }
        for index in programme.versions.indices { programme.versions[index].number = index + 1 }
        return programme
    }
}

extension ProgrammeVersion {
    fileprivate func saysTheSame(as other: ProgrammeVersion) -> Bool {
        var other = other
        (other.number, other.from) = (number, from)
        return self == other
    }
}

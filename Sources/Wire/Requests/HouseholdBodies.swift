/// The body of `POST /v1/households`.
public struct HouseholdBody: Hashable, Sendable {
    /// nil for the default programme.
    public var programme: String?

    public init(programme: String? = nil) { self.programme = programme }

    /// Reads the body; an empty one means the default programme.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> HouseholdBody {
        guard !body.isEmpty else { return HouseholdBody() }
        return try BodyError.reading(try BodyError.parsing(body)) { reader in
            HouseholdBody(programme: reader.optionalString("programme", max: CommandLimit.word))
        }
    }
}

/// The body of `POST /v1/households/{id}/join` and `/leave`.
public struct HouseholdMemberBody: Hashable, Sendable {
    public var member: MemberReference

    public init(member: MemberReference) { self.member = member }

    /// Reads the body.
    /// - Throws: ``BodyError`` with every fault.
    public static func read(_ body: [UInt8]) throws(BodyError) -> HouseholdMemberBody {
        try BodyError.reading(try BodyError.parsing(body)) { reader in
            reader.memberReference("member").map { HouseholdMemberBody(member: $0) }
        }
    }
}

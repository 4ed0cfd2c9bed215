public import Foundation
public import Loyalty
public import Wire

/// Who did something that only administrators may do.
public enum AuditActor: Hashable, Sendable {
    /// Somebody with this API key.
    case apiKey(UUID)
    /// Somebody with a shell on the server and the master key.
    case commandLine
    /// The server by itself.
    case server
}

extension AuditActor {
    /// Who is at work: set around the routes that are for administrators alone. Outside of them somebody at a shell is.
    @TaskLocal public static var current: AuditActor = .commandLine
}

/// Something that an administrator did.
public struct AuditAct: Equatable, Sendable {
    /// What: the kind of thing and what was done to it, such as `api_key.created`.
    public var action: String
    /// To what: its id or name.
    public var target: String
    /// What else there is to say. No secrets and no personal data: the log keeps them for ever.
    public var facts: [JSONMember]

    public init(_ action: String, of target: String, facts: [JSONMember] = []) {
        (self.action, self.target, self.facts) = (action, target, facts)
    }
}

/// An act as it stands in the log.
public struct AuditEntry: Equatable, Sendable {
    /// 1 for the first act of all.
    public var version: Int64
    public var at: Instant
    public var actor: AuditActor
    public var act: AuditAct
}

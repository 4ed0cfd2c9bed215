public import EventLog
public import Foundation
public import Loyalty
import Postgres
import Wire

/// A key that was just made. Its text is shown once and kept nowhere.
public struct FreshAPIKey: Sendable {
    public var id: UUID
    public var key: String
    public var scopes: [Scope]
}

/// Makes API keys.
public struct APIKeyMaker: Sendable {
    private let keys: KeyRing

    public init(keys: KeyRing) { self.keys = keys }

    /// Makes and stores a key; its text is `treue_` and 43 characters that hold 256 random bits.
    public func make(
        name: String, scopes: [Scope], at: Instant, on connection: some PostgresQuerying
    ) async throws -> FreshAPIKey {
        let text = "treue_" + APIKeyMaker.random()
        let id = UUIDv7Generator().next(nowMicros: at.micros)
        try await APIKeyStore().insert(
            id: id, hash: keys.hash(apiKey: text), name: name, scopes: scopes.map(\.rawValue),
            createdAtMicros: at.micros, on: connection)
        return FreshAPIKey(id: id, key: text, scopes: scopes)
    }

    private static func random() -> String {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        return Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }
}

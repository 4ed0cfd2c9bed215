import EventLog
import Foundation
public import Loyalty

extension LoyaltyService {
    /// Who an API key belongs to; nil for a key that is unknown, revoked or expired.
    public func authenticate(_ key: String, at: Instant) async throws(ServiceError) -> Principal? {
        guard APIKeyDesk.isPlausible(key) else { return nil }
        let token = TokenDigest(key)
        if case .valid(let principal) = keyCache.find(token, at: at) { return principal }
        do {
            let found = try await APIKeyStore().secret(withHash: keys.hash(apiKey: key), on: client)
            guard let found, found.isValid(atMicros: at.micros) else {
                keyCache.forget(token)
                return nil
            }
            let principal = Principal(keyID: found.key.id, scopes: Set(found.key.scopes.compactMap(Scope.init)))
            let end = [found.expiresAtMicros, found.key.expiresAtMicros].compactMap { $0 }.min()
            keyCache.remember(principal, token, at: at, end: end.map { Instant(micros: $0) })
            return principal
        } catch {
            throw translated(error)
        }
    }

    /// Who an API key belongs to, where the database need not be asked; nil tells nothing.
    public func knownPrincipal(_ key: String, at: Instant) -> Principal? {
        APIKeyDesk.isPlausible(key) ? keyCache.fresh(TokenDigest(key), at: at) : nil
    }
}

import EventLog
import Foundation
public import Loyalty
import Synchronization

extension LoyaltyService {
    /// Who an API key belongs to; nil for a key that is unknown, revoked or expired.
    public func authenticate(_ key: String, at: Instant) async throws(ServiceError) -> Principal? {
        let hash = keys.hash(apiKey: key)
        if let principal = keyCache.principal(hash, at: at) { return principal }
        do {
            guard let found = try await APIKeyStore().key(withHash: hash, on: client),
                found.isValid(atMicros: at.micros)
            else { return nil }
            let principal = Principal(keyID: found.id, scopes: Set(found.scopes.compactMap(Scope.init)))
            keyCache.remember(principal, hash, until: Instant(micros: at.micros + PrincipalCache.lifetime))
            return principal
        } catch {
            throw translated(error)
        }
    }
}

/// Keys that were found valid a moment ago, so that a busy till does not ask the database each time. Bounded, and short
/// enough that a revoked key ends within the second.
final class PrincipalCache: Sendable {
    /// Microseconds.
    static let lifetime: Int64 = 1_000_000
    private static let most = 1_000
    private let entries = Mutex<[[UInt8]: (principal: Principal, until: Instant)]>([:])

    func principal(_ hash: [UInt8], at: Instant) -> Principal? {
        entries.withLock { entries in
            guard let entry = entries[hash], at < entry.until else { return nil }
            return entry.principal
        }
    }

    func remember(_ principal: Principal, _ hash: [UInt8], until: Instant) {
        entries.withLock { entries in
            if entries.count >= PrincipalCache.most { entries.removeAll() }
            entries[hash] = (principal, until)
        }
    }
}

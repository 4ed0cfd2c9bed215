import Foundation
public import Logging
public import Loyalty
import LoyaltyService
import Synchronization
import Wire

/// Checks the tokens (JWTs) with which members ask for what is theirs: signature, `iss`, `aud`, `exp`, `nbf`, and the
/// member's id as `sub`.
public final class MemberTokens: Sendable {
    private struct Verified {
        var member: UUID
        var since: Instant
        var until: Instant
    }

    private let configuration: MemberTokenConfiguration
    private let keys: KeySetCache
    private let loader: any KeySetLoader
    private let verified = Mutex<[TokenDigest: Verified]>([:])

    /// How long a token that was found good is believed without checking its signature again, in microseconds.
    private static let remembered: Int64 = 60_000_000
    private static let mostRemembered = 10_000
    /// How far behind ours the issuer's clock may be told to start a token, in seconds.
    private static let tolerance = 5.0

    init(_ configuration: MemberTokenConfiguration, loader: any KeySetLoader, logger: Logger) {
        (self.configuration, self.loader) = (configuration, loader)
        keys = KeySetCache(loader: loader, logger: logger)
    }

    /// Reads the key set for the first time.
    ///
    /// - Throws: ``Unusable`` where it is a file that cannot be used, or an address that never could be. A server that
    ///   cannot be reached now is asked again later.
    public static func open(
        _ configuration: MemberTokenConfiguration, logger: Logger, at: Instant
    ) async throws(Unusable) -> MemberTokens {
        let loader: any KeySetLoader
        switch configuration.keys {
        case .file(let path): loader = KeySetFile(path: path)
        case .url(let text):
            guard let address = KeySetAddress(text) else {
                throw Unusable(description: "\(text) must be an https URL (http only to this machine)")
            }
            loader = address
        }
        let tokens = MemberTokens(configuration, loader: loader, logger: logger)
        guard await tokens.keys.keys(at: at).isEmpty else { return tokens }
        let reason = await tokens.keys.fault
        if case .file(let path) = configuration.keys {
            await tokens.close()
            throw Unusable(description: "\(path) cannot be used: \(reason)")
        }
        return tokens
    }

    /// Lets go of connections.
    public func close() async { await loader.close() }

    /// Why members' tokens cannot be checked.
    public struct Unusable: Error, CustomStringConvertible {
        public var description: String
    }

    /// Whether a bearer token is one of a member, rather than an API key.
    static func looksLikeToken(_ text: String) -> Bool { text.utf8.count { $0 == UInt8(ascii: ".") } == 2 }

    /// The member whose token this is; nil where it is not to be believed.
    func member(of token: String, at: Instant) async -> UUID? {
        let digest = TokenDigest(token)
        if let known = recall(digest, at: at) { return known }
        guard let header = Header(of: token), let claims = await claims(of: token, header, at: at),
            let member = member(named: claims, at: at)
        else { return nil }
        let now = Double(at.micros) / 1_000_000
        let left = min((claims.exp ?? now) - now, Double(Self.remembered) / 1_000_000)
        remember(
            digest, Verified(member: member, since: at, until: Instant(micros: at.micros + Int64(left * 1_000_000))))
        return member
    }

    private func claims(of token: String, _ header: Header, at: Instant) async -> MemberClaims? {
        var candidates = header.candidates(among: await keys.keys(at: at))
        // A name that is new may be one of a new set.
        if candidates.isEmpty { candidates = header.candidates(among: await keys.newerKeys(at: at)) }
        for key in candidates {
            if let claims = await key.verify(token) { return claims }
        }
        return nil
    }

    private func member(named claims: MemberClaims, at: Instant) -> UUID? {
        let now = Double(at.micros) / 1_000_000
        guard claims.iss == configuration.issuer, let audience = claims.aud,
            audience.names.contains(configuration.audience), let end = claims.exp, now < end,
            claims.nbf.map({ $0 <= now + Self.tolerance }) ?? true
        else { return nil }
        return claims.sub.flatMap(UUIDText.parse)
    }

    private func recall(_ digest: TokenDigest, at: Instant) -> UUID? {
        verified.withLock { verified in
            guard let entry = verified[digest] else { return nil }
            if entry.since <= at, at < entry.until { return entry.member }
            verified[digest] = nil
            return nil
        }
    }

    private func remember(_ digest: TokenDigest, _ entry: Verified) {
        verified.withLock { verified in
            if verified.count >= Self.mostRemembered { verified.removeAll(keepingCapacity: true) }
            verified[digest] = entry
        }
    }
}

extension MemberTokens {
    /// What a token says about its own signature.
    private struct Header {
        var algorithm: TokenAlgorithm
        var key: String?

        /// nil for algorithms that are not believed, and for extensions that must be understood and are not.
        init?(of token: String) {
            guard let part = token.split(separator: ".", omittingEmptySubsequences: false).first,
                let bytes = Base64URL.decode(part), let header = try? JSONReader.read(bytes),
                case .string(let name)? = header["alg"], let algorithm = TokenAlgorithm(rawValue: name),
                header["crit"] == nil
            else { return nil }
            self.algorithm = algorithm
            switch header["kid"] {
            case nil, .null?: key = nil
            case .string(let id)?: key = id
            default: return nil
            }
        }

        func candidates(among keys: [TokenKey]) -> [TokenKey] {
            keys.filter { $0.algorithm == algorithm && (key == nil || $0.id == key) }
        }
    }
}

import Foundation
import JWTKit
import Wire

/// One key that members' tokens may be signed with. It fits one algorithm alone, so that no header of a token can have a
/// public key taken for a shared secret.
struct TokenKey: Sendable {
    let algorithm: TokenAlgorithm
    /// nil where the set gives the key no name.
    let id: String?
    private let keys: JWTKeyCollection

    /// The claims, where this key signed the token.
    func verify(_ token: String) async -> MemberClaims? { try? await keys.verify(token, as: MemberClaims.self) }
}

/// The algorithms that are believed: RFC 7518 names. `none` is not among them.
enum TokenAlgorithm: String, Sendable {
    case hs256 = "HS256"
    case es256 = "ES256"
    case edDSA = "EdDSA"
}

extension TokenKey {
    /// Reads the usable keys of a JSON Web Key Set; keys for other uses are passed over.
    ///
    /// - Parameter allowsSecrets: whether shared secrets (`oct`) are taken; never from a place that others can read.
    static func all(in set: [UInt8], allowsSecrets: Bool) async throws(KeySetFault) -> [TokenKey] {
        guard let document = try? JSONReader.read(set), case .array(let entries)? = document["keys"] else {
            throw KeySetFault(reason: "it is not a JSON Web Key Set: an object with the array `keys`")
        }
        var keys: [TokenKey] = []
        for entry in entries.prefix(mostKeys) {
            if let key = try await TokenKey(entry, allowsSecrets: allowsSecrets) { keys.append(key) }
        }
        guard !keys.isEmpty else {
            throw KeySetFault(reason: "it holds no key for HS256, ES256 or EdDSA (oct, EC P-256, OKP Ed25519)")
        }
        return keys
    }

    private static let mostKeys = 32
    /// RFC 7518, 3.2: a shared secret of HS256 has as many bits as its digest.
    private static let leastSecretBytes = 32

    private init?(_ entry: JSONValue, allowsSecrets: Bool) async throws(KeySetFault) {
        func text(_ name: String) -> String? {
            guard case .string(let text)? = entry[name] else { return nil }
            return text
        }
        guard text("use") ?? "sig" == "sig" else { return nil }
        let keys = JWTKeyCollection()
        do {
            switch (text("kty"), text("crv")) {
            case ("oct", _):
                guard allowsSecrets else { throw KeySetFault(reason: "a shared secret has no place at a URL") }
                guard let secret = text("k").flatMap(Base64URL.decode), secret.count >= Self.leastSecretBytes else {
                    throw KeySetFault(reason: "a shared secret `k` must have \(Self.leastSecretBytes) bytes or more")
                }
                algorithm = .hs256
                await keys.add(hmac: HMACKey(from: secret), digestAlgorithm: .sha256)
            case ("EC", "P-256"):
                algorithm = .es256
                await keys.add(ecdsa: try ES256PublicKey(parameters: (text("x") ?? "", text("y") ?? "")))
            case ("OKP", "Ed25519"):
                algorithm = .edDSA
                await keys.add(eddsa: try EdDSA.PublicKey(x: text("x") ?? "", curve: .ed25519))
            default: return nil
            }
        } catch let fault as KeySetFault {
            throw fault
        } catch {
            throw KeySetFault(reason: "the key \(text("kid") ?? "without a name") is not one of its kind")
        }
        guard text("alg") ?? algorithm.rawValue == algorithm.rawValue else { return nil }
        (id, self.keys) = (text("kid"), keys)
    }
}

/// Why a key set cannot be used.
struct KeySetFault: Error, CustomStringConvertible {
    var reason: String
    var description: String { reason }
}

/// What is believed of a token once its signature fits.
struct MemberClaims: JWTPayload {
    var iss: String?
    var sub: String?
    var aud: Audience?
    /// Seconds since 1970.
    var exp: Double?
    /// Seconds since 1970.
    var nbf: Double?

    /// One audience, or several.
    struct Audience: Codable, Sendable {
        var names: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let name = try? container.decode(String.self) {
                names = [name]
            } else {
                names = try container.decode([String].self)
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(names)
        }
    }

    /// Nothing: times are judged by the request's own clock, see ``MemberTokens``.
    func verify(using algorithm: some JWTAlgorithm) async throws {}
}

import Crypto
import Foundation
import JWTKit
import Logging
import Loyalty
import Synchronization
import Wire

@testable import HTTPAPI

/// Signs members' tokens, and publishes the keys to check them.
struct Issuer: Sendable {
    /// Claims as they are written.
    struct Claims: JWTPayload {
        var iss: String? = "https://shop.example"
        var sub: String?
        var aud: [String]? = ["treue"]
        var exp: Double?
        var nbf: Double?

        func verify(using algorithm: some JWTAlgorithm) async throws {}
    }

    static let secret = Array("a shared secret of 32 bytes, at least".utf8)
    static let now = Double(FakeLoyalty.now.micros / 1_000_000)

    let hmac = JWTKeyCollection()
    let ecdsa = JWTKeyCollection()
    let eddsa = JWTKeyCollection()
    let set: FakeKeySet
    let tokens: MemberTokens
    /// The uncompressed public key of ES256: what an attacker may take for a shared secret.
    let publicKey: [UInt8]

    init() async throws {
        let curve = P256.Signing.PrivateKey()
        let edwards = Curve25519.Signing.PrivateKey()
        await hmac.add(hmac: HMACKey(from: Self.secret), digestAlgorithm: .sha256)
        await ecdsa.add(ecdsa: try ES256PrivateKey(backing: curve))
        await eddsa.add(eddsa: EdDSA.PrivateKey(backing: edwards))
        publicKey = Array(curve.publicKey.x963Representation)
        let point = publicKey.dropFirst()
        set = FakeKeySet(
            """
            {"keys": [
              {"kty": "oct", "kid": "h", "k": "\(Self.text(Self.secret))"},
              {"kty": "EC", "crv": "P-256", "kid": "e", "alg": "ES256", "use": "sig",
               "x": "\(Self.text(point.prefix(32)))", "y": "\(Self.text(point.suffix(32)))"},
              {"kty": "OKP", "crv": "Ed25519", "kid": "d", "x": "\(Self.text(edwards.publicKey.rawRepresentation))"},
              {"kty": "RSA", "kid": "r", "n": "AQAB", "e": "AQAB"}
            ]}
            """)
        tokens = Self.tokens(set)
    }

    static func tokens(_ set: FakeKeySet) -> MemberTokens {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return MemberTokens(
            MemberTokenConfiguration(keys: .file("keys"), issuer: "https://shop.example", audience: "treue"),
            loader: set, logger: logger)
    }

    /// A good token, unless told otherwise.
    func token(
        for member: UUID, lasting seconds: Double = 3600, by keys: JWTKeyCollection? = nil, kid: String? = nil,
        _ change: (inout Claims) -> Void = { _ in }
    ) async throws -> String {
        var claims = Claims(sub: UUIDText.text(member), exp: Self.now + seconds)
        change(&claims)
        var header = JWTHeader()
        header.kid = kid
        return try await (keys ?? hmac).sign(claims, header: header)
    }

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }
}

/// A key set that can change, and be out of reach.
final class FakeKeySet: KeySetLoader {
    struct State {
        var text: String?
        var loads = 0
    }

    struct OutOfReach: Error {}

    let state: Mutex<State>
    let allowsSecrets: Bool

    init(_ text: String?, allowsSecrets: Bool = true) {
        state = Mutex(State(text: text))
        self.allowsSecrets = allowsSecrets
    }

    func load() async throws -> [UInt8] {
        let text = state.withLock { state in
            state.loads += 1
            return state.text
        }
        guard let text else { throw OutOfReach() }
        return Array(text.utf8)
    }

    func close() async {}
}

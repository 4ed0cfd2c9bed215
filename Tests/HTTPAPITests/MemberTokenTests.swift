import Foundation
import JWTKit
import Loyalty
import Synchronization
import Testing

@testable import HTTPAPI

@Suite("members' tokens")
struct MemberTokenTests {
    private let member = FakeLoyalty.memberID
    private let now = FakeLoyalty.now

    private func after(seconds: Int64) -> Instant { Instant(micros: now.micros + seconds * 1_000_000) }

    @Test("a token of each algorithm is believed, with and without the name of its key")
    func algorithms() async throws {
        let issuer = try await Issuer()
        for (keys, kid) in [(issuer.hmac, "h"), (issuer.ecdsa, "e"), (issuer.eddsa, "d")] {
            for name in [kid, nil] {
                let token = try await issuer.token(for: member, by: keys, kid: name)
                #expect(await issuer.tokens.member(of: token, at: now) == member, "\(kid)")
                #expect(await issuer.tokens.member(of: token, at: now) == member, "\(kid) again")
            }
        }
        #expect(issuer.set.state.withLock { $0.loads } == 1)
    }

    @Test("a token is for one issuer and audience, one time, and one member")
    func claims() async throws {
        let issuer = try await Issuer()
        let faults: [(String, (inout Issuer.Claims) -> Void)] = [
            ("no issuer", { $0.iss = nil }), ("another issuer", { $0.iss = "https://other.example" }),
            ("no audience", { $0.aud = nil }), ("another audience", { $0.aud = ["other"] }), ("none", { $0.aud = [] }),
            ("no end", { $0.exp = nil }), ("ended", { $0.exp = Issuer.now }),
            ("not begun", { $0.nbf = Issuer.now + 60 }), ("nobody", { $0.sub = nil }), ("no id", { $0.sub = "ada" }),
            ("an endless number", { $0.exp = -.greatestFiniteMagnitude }),
        ]
        for (name, change) in faults {
            let token = try await issuer.token(for: member, change)
            #expect(await issuer.tokens.member(of: token, at: now) == nil, "\(name)")
        }
        let goods: [(String, (inout Issuer.Claims) -> Void)] = [
            ("several audiences", { $0.aud = ["other", "treue"] }), ("begun", { $0.nbf = Issuer.now }),
            ("for ever", { $0.exp = .greatestFiniteMagnitude }),
        ]
        for (name, change) in goods {
            let token = try await issuer.token(for: member, change)
            #expect(await issuer.tokens.member(of: token, at: now) == member, "\(name)")
        }
    }

    @Test("a token that was believed ends all the same")
    func ending() async throws {
        let issuer = try await Issuer()
        let token = try await issuer.token(for: member, lasting: 20)
        #expect(await issuer.tokens.member(of: token, at: now) == member)
        #expect(await issuer.tokens.member(of: token, at: after(seconds: 19)) == member)
        #expect(await issuer.tokens.member(of: token, at: after(seconds: 20)) == nil)
    }

    @Test("a signature that does not fit, no algorithm, or the public key as a secret are not believed")
    func forgeries() async throws {
        let issuer = try await Issuer()
        let good = try await issuer.token(for: member, by: issuer.ecdsa, kid: "e")
        let parts = good.split(separator: ".").map(String.init)
        let confused = JWTKeyCollection()
        await confused.add(hmac: HMACKey(from: issuer.publicKey), digestAlgorithm: .sha256)
        let stranger = try await Issuer()
        let payload = parts[1]
        func header(_ json: String) -> String { Issuer.text(json.utf8) }
        let forgeries = [
            parts[0] + "." + payload + ".", parts[0] + "." + payload + ".AAAA",
            payload + "." + parts[0] + "." + parts[2],
            header(#"{"alg":"none"}"#) + "." + payload + ".", header(#"{"alg":"None"}"#) + "." + payload + ".",
            header(#"{"alg":"ES256","kid":"e","crit":["x"]}"#) + "." + payload + "." + parts[2],
            header(#"{"alg":"HS256","kid":"e"}"#) + "." + payload + "." + parts[2],
            try await issuer.token(for: member, by: confused, kid: "e"),
            try await issuer.token(for: member, by: confused),
            try await stranger.token(for: member, by: stranger.ecdsa, kid: "e"),
            try await issuer.token(for: member, by: issuer.ecdsa, kid: "h"), "..", "a.b.c", "é.é.é",
        ]
        for forgery in forgeries {
            #expect(await issuer.tokens.member(of: forgery, at: now) == nil, "\(forgery)")
        }
        #expect(await issuer.tokens.member(of: good, at: now) == member)
    }

    @Test("a new key is found when a token names it, but the set is not read over and over")
    func newKeys() async throws {
        let issuer = try await Issuer()
        let full = issuer.set.state.withLock { $0.text }
        let rest = #"{"keys": [{"kty": "oct", "kid": "old", "k": "\#(Issuer.text(Issuer.secret))"}]}"#
        issuer.set.state.withLock { $0.text = rest }
        let token = try await issuer.token(for: member, by: issuer.eddsa, kid: "d")
        for _ in 0..<3 { #expect(await issuer.tokens.member(of: token, at: now) == nil) }
        #expect(issuer.set.state.withLock { $0.loads } == 1)
        issuer.set.state.withLock { $0.text = full }
        #expect(await issuer.tokens.member(of: token, at: after(seconds: 29)) == nil)
        #expect(await issuer.tokens.member(of: token, at: after(seconds: 30)) == member)
        #expect(issuer.set.state.withLock { $0.loads } == 2)
    }

    @Test("while the set is out of reach the old one is good for a day; a key that was withdrawn ends")
    func outage() async throws {
        let issuer = try await Issuer()
        let day: Int64 = 86_400
        let token = try await issuer.token(for: member, lasting: 10 * Double(day))
        #expect(await issuer.tokens.member(of: token, at: now) == member)
        issuer.set.state.withLock { $0.text = nil }
        #expect(await issuer.tokens.member(of: token, at: after(seconds: day - 1)) == member)
        #expect(await issuer.tokens.member(of: token, at: after(seconds: 2 * day)) == nil)
        issuer.set.state.withLock { $0.text = #"{"keys": []}"# }
        #expect(await issuer.tokens.member(of: token, at: after(seconds: 3 * day)) == nil)
    }

    @Test("of a set at a URL no shared secret is taken, nor a short one anywhere")
    func secrets() async throws {
        let issuer = try await Issuer()
        let token = try await issuer.token(for: member)
        let set = #"{"keys": [{"kty": "oct", "k": "\#(Issuer.text(Issuer.secret))"}]}"#
        #expect(await Issuer.tokens(FakeKeySet(set)).member(of: token, at: now) == member)
        #expect(await Issuer.tokens(FakeKeySet(set, allowsSecrets: false)).member(of: token, at: now) == nil)
        await #expect(throws: KeySetFault.self) {
            try await TokenKey.all(in: Array(#"{"keys": [{"kty": "oct", "k": "c2hvcnQ"}]}"#.utf8), allowsSecrets: true)
        }
    }

    @Test(
        "an address is https, or of this machine",
        arguments: ["ftp://x/y", "http://shop.example/jwks", "https://", "x"])
    func addresses(text: String) { #expect(KeySetAddress(text) == nil) }
}

import Foundation
import Testing

@testable import LoyaltyService

@Suite("the key ring")
struct KeyRingTests {
    private let keys = KeyRing(master: Array(0..<32))

    @Test("derives what it always derived: databases depend on it")
    func stable() {
        let hex = { (bytes: [UInt8]) in bytes.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
        #expect(hex(keys.hash(identifier: "ann@example.org", kind: "email")) == "cc05d533c7310ee8")
        #expect(hex(keys.hash(apiKey: "treue_x")) == "ab2c17af5b56dec5")
        #expect(hex(keys.hash(request: Array("request".utf8))) == "2960a717b95ffe08")
    }

    @Test("what is sealed opens for its member and under its master key alone")
    func sealing() throws {
        let id = UUID()
        let (dataKey, sealed) = try keys.seal(Array("secret".utf8), for: id)
        #expect(try keys.open(sealed, dataKey: dataKey, for: id) == Array("secret".utf8))
        #expect(throws: KeyRing.Mismatch.self) { try keys.open(sealed, dataKey: dataKey, for: UUID()) }
        #expect(throws: KeyRing.Mismatch.self) {
            try KeyRing(master: Array(1..<33)).open(sealed, dataKey: dataKey, for: id)
        }
        #expect(throws: KeyRing.Mismatch.self) { try keys.open([1], dataKey: [], for: id) }
    }
}

import Loyalty
import Testing

@testable import Wire

@Suite("Recorded events and states survive storage")
struct CodecTests {
    @Test("an event reads back as it was written, and is written the same again", arguments: 0..<60)
    func events(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<20 {
            let event = random.event()
            let (type, data) = EventCodec.encode(event)
            let decoded = try EventCodec.decode(type: type, data: data)
            #expect(decoded == event)
            #expect(EventCodec.encode(decoded).data == data)
        }
    }

    @Test("a state reads back as it was written, and is written the same again", arguments: 0..<40)
    func states(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<20 {
            let state = random.memberState()
            let bytes = StateCodec.encode(state)
            let decoded = try StateCodec.decode(bytes)
            #expect(decoded == state)
            #expect(StateCodec.encode(decoded) == bytes)
        }
    }

    @Test("a full state stays within 4 KiB")
    func bounded() {
        let lots = (0..<Wallet.endedLotsKept).map { day in
            Lot(id: CivilDate(daysSince1970: 20_000 + day), end: .inactivity, available: 0, expired: 1_000_000)
        }
        var state = MemberState(
            programme: "sephora-beauty-insider", language: .english, enrolledAt: Instant(micros: 1), tier: "insider")
        state.wallet.ended = lots
        state.wallet.open = [Lot(id: CivilDate(daysSince1970: 21_000), end: .inactivity, available: 1_000_000)]
        state.spend = (0..<MemberState.periodsKept).map { MemberState.Spend(period: 2020 + $0, amount: 1_000_000) }
        #expect(StateCodec.encode(state).count < 4096)
    }

    @Test(
        "what cannot be an event is refused with a reason",
        arguments: [
            ("points.imagined", "{}", CodecError.unknownType("points.imagined")),
            ("member.enrolled", #"{"v":2,"programme":"p"}"#, .unknownVersion(type: "member.enrolled", version: 2)),
            ("member.enrolled", #"{"v":0,"programme":"p"}"#, .unknownVersion(type: "member.enrolled", version: 0)),
            (
                "member.enrolled", #"{"programme":"p"}"#,
                .invalid([Fault(pointer: "/v", detail: "must be a schema version")])
            ),
            (
                "member.enrolled", #"{"v":1,"tier":"t","language":"en"}"#,
                .invalid([Fault(pointer: "/programme", detail: "is required")])
            ),
            (
                "member.enrolled", #"{"v":1,"programme":"p","tier":"t","language":"xx"}"#,
                .invalid([Fault(pointer: "/language", detail: "must be en or de")])
            ),
            (
                "member.enrolled", #"{"v":1,"programme":"p","tier":"t","language":"en","x":1}"#,
                .invalid([Fault(pointer: "/x", detail: "is not a known member")])
            ),
        ])
    func refused(type: String, data: String, error: CodecError) {
        #expect(throws: error) { try EventCodec.decode(type: type, data: Array(data.utf8)) }
    }

    @Test("damaged bytes are an error, never a trap", arguments: 0..<40)
    func damaged(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<20 {
            let (type, data) = EventCodec.encode(random.event())
            var damaged = data
            damaged[Int.random(in: 0..<damaged.count, using: &random)] = random.pick(Array("0-9\"{}[]:,x\\".utf8))
            _ = try? EventCodec.decode(type: type, data: damaged)
            var state = StateCodec.encode(random.memberState())
            state[Int.random(in: 0..<state.count, using: &random)] = random.pick(Array("0-9\"{}[]:,x\\".utf8))
            _ = try? StateCodec.decode(state)
        }
    }

    @Test("old versions are raised step by step")
    func upcast() throws {
        let steps = (1...2).map { from in
            Upcaster(type: .memberEnrolled, from: Int64(from)) { value in
                guard case .object(let members) = value else { return value }
                return .object(members + [JSONMember("step\(from)", .bool(true))])
            }
        }
        let old = try JSONReader.node(Array(#"{"v":1}"#.utf8))
        let current = try Upcaster.current(old, of: .memberEnrolled, version: 3, steps: steps)
        #expect(bytes(of: current.value) == Array(#"{"v":3,"step1":true,"step2":true}"#.utf8))
        let other = try Upcaster.current(old, of: .tierChanged, version: 3, steps: steps)
        #expect(bytes(of: other.value) == Array(#"{"v":3}"#.utf8))
    }
}

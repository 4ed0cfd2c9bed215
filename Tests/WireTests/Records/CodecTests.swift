import Loyalty
import Testing

@testable import Wire

@Suite("Recorded events and states survive storage")
struct CodecTests {
    @Test("an event reads back as it was written, and is written the same again", arguments: RecordedType.allCases)
    func events(type: RecordedType) throws {
        var random = Seeded(7)
        for _ in 0..<50 {
            let event = random.event(of: type)
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

    @Test("a state of years stays within 4 KiB")
    func bounded() {
        var state = MemberState(
            programme: "sephora-beauty-insider", language: .english, enrolledAt: Instant(micros: 1), tier: "insider")
        var wallet = Wallet(id: "points")
        wallet.lots = (0..<36).map { Lot(.on(CivilDate(daysSince1970: 20_000 + 31 * $0)), 1_000_000) }
        state.wallets = [wallet]
        state.totals = (2020..<2024).flatMap { year in
            ["orders", "points", "spend"].map { .init(period: .year(year), metric: $0, amount: 1_000_000) }
        }
        state.counters = (0..<24).map { .init(rule: "triple", window: "2026-\($0)", value: 3) }
        #expect(StateCodec.encode(state).count < 4096)
    }

    @Test("the order in which gifts came makes no difference to the bytes")
    func gifts() {
        var states = [Samples.state, Samples.state]
        for (index, rules) in [["a", "b", "c", "ä"], ["ä", "c", "b", "a"]].enumerated() {
            states[index].gifts = [:]
            for rule in rules { states[index].gifts[rule] = 2026 }
        }
        #expect(StateCodec.encode(states[0]) == StateCodec.encode(states[1]))
        let text = String(decoding: StateCodec.encode(states[0]), as: UTF8.self)
        #expect(text.contains(#""gifts":{"a":2026,"b":2026,"c":2026,"ä":2026}"#))
    }

    @Test(
        "a text that is no period, end or pending day is refused",
        arguments: ["", "+2026", "02026", "m", "m+3", "d1.5", "2026-02-30", "activity/x", "Never"])
    func texts(text: String) {
        #expect(Period(recorded: text) == nil)
        #expect(Lot.End(recorded: text) == nil)
        #expect(PendingPoints.Until(recorded: text) == nil)
    }

    @Test(
        "what cannot be an event is refused with a reason",
        arguments: [
            ("points.imagined", "{}", CodecError.unknownType("points.imagined")),
            ("member.enrolled", #"{"v":3,"programme":"p"}"#, .unknownVersion(type: "member.enrolled", version: 3)),
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
            (
                "points.expired", #"{"v":2,"wallet":"points","points":1,"lot":"2026-02-30","balance":0}"#,
                .invalid([Fault(pointer: "/lot", detail: "must be a day such as 2026-12-31, inactivity or never")])
            ),
            (
                "member.absorbed", #"{"v":1,"from":"m","state":{"v":9}}"#,
                .invalid([Fault(pointer: "/state", detail: "is of a version that this server does not know")])
            ),
        ])
    func refused(type: String, data: String, error: CodecError) {
        #expect(throws: error) { try EventCodec.decode(type: type, data: Array(data.utf8)) }
    }

    @Test("what is wrong in the parts of an event is told with its place, and what stands behind them is still read")
    func faultsInParts() {
        func data(order: String, rate: String, more: String = "") -> [UInt8] {
            Array(
                """
                {"v":2,"wallet":"points","points":34,"expires":"inactivity","rule":"base","programme_version":2,\
                "reason":{"kind":"base","order":\(order),"amount":3490,"currency":"GBP","rate":\(rate)},"balance":102\(more)}
                """.utf8)
        }
        let (order, rate) = (#"{"source":"/s","id":"1"}"#, #"{"points":1,"per_minor_units":100}"#)
        #expect(throws: Never.self) {
            try EventCodec.decode(type: "points.accrued", data: data(order: order, rate: rate))
        }
        let damaged = data(order: #"{"source":"/s","id":"1","x":1}"#, rate: #"{"points":1}"#, more: #","y":1"#)
        #expect(
            throws: CodecError.invalid([
                Fault(pointer: "/reason/order/x", detail: "is not a known member"),
                Fault(pointer: "/reason/rate/per_minor_units", detail: "is required"),
                Fault(pointer: "/y", detail: "is not a known member"),
            ])
        ) { try EventCodec.decode(type: "points.accrued", data: damaged) }
        #expect(
            throws: CodecError.invalid([Fault(pointer: "/reason/order", detail: "must be an object, not a number")])
        ) { try EventCodec.decode(type: "points.accrued", data: data(order: "5", rate: rate)) }
        // Where all that is asked for is there, and where the part might be absent.
        let more = data(order: #"{"source":"/s","id":"1","x":1}"#, rate: rate)
        #expect(
            throws: CodecError.invalid([Fault(pointer: "/reason/order/x", detail: "is not a known member")])
        ) { try EventCodec.decode(type: "points.accrued", data: more) }
        let referral = Array(
            """
            {"v":2,"wallet":"points","points":34,"expires":"inactivity","rule":"base","programme_version":2,\
            "reason":{"kind":"referral","order":5},"balance":102}
            """.utf8)
        #expect(
            throws: CodecError.invalid([Fault(pointer: "/reason/order", detail: "must be an object, not a number")])
        ) { try EventCodec.decode(type: "points.accrued", data: referral) }
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
        // Nothing is to be done for it.
        #expect(bytes(of: other.value) == Array(#"{"v":1}"#.utf8))
    }
}

import Foundation
import Loyalty
import Testing

@testable import LoyaltyService

/// Reproducible random numbers (splitmix64).
private struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

private func at(_ seconds: Int64) -> Instant { Instant(micros: seconds * 1_000_000) }

private func item(_ sequence: Int64, of member: UUID, due: Int64 = 0, attempts: Int = 0) -> DeliveryWindow.Item {
    DeliveryWindow.Item(
        id: UUID(), sequence: sequence, member: member, attempts: attempts, dueAt: at(due), createdAt: at(0))
}

@Suite("the window of what waits for an endpoint")
struct DeliveryWindowTests {
    @Test("of each member one message at a time is on its way, in the order they came")
    func oneAMember() {
        var window = DeliveryWindow()
        func start(_ now: Int64) -> [DeliveryWindow.Item] { window.start(at: at(now), limit: 9) }
        let (ada, bob) = (UUID(), UUID())
        let items = [item(1, of: ada), item(2, of: bob), item(3, of: ada)]
        window.add(items)
        #expect(start(1) == [items[0], items[1]])
        #expect(start(1) == [])
        window.finish(items[0], attempts: 1, retryAt: nil)
        #expect(start(1) == [items[2]])
        #expect(window.count == 2)
    }

    @Test("one that failed holds back those behind it, of its member alone, until its time comes")
    func retry() {
        var window = DeliveryWindow()
        func start(_ now: Int64) -> [DeliveryWindow.Item] { window.start(at: at(now), limit: 9) }
        let (ada, bob) = (UUID(), UUID())
        let items = [item(1, of: ada), item(2, of: ada), item(3, of: bob)]
        window.add(items)
        _ = window.start(at: at(1), limit: 1)
        window.finish(items[0], attempts: 1, retryAt: at(10))
        #expect(start(9) == [items[2]])
        #expect(window.nextDue == at(10))
        let again = start(10)
        #expect(again.map(\.id) == [items[0].id] && again[0].attempts == 1)
    }

    @Test("neither all members nor one can fill it beyond its bounds, and nothing is lost or overtaken")
    func bounds() {
        var window = DeliveryWindow(capacity: 10, memberCapacity: 3)
        let members = (0..<4).map { _ in UUID() }
        let rows = (1...40).map { item(Int64($0), of: $0 <= 20 ? members[0] : members[$0 % 3 + 1]) }
        var left = rows
        var done: [DeliveryWindow.Item] = []
        for _ in 0..<1_000 where done.count < rows.count {
            if window.room > 0 {
                window.add(Array(left.filter { $0.sequence > window.cursor }.prefix(window.room)))
            }
            while let member = window.memberToRefill {
                window.refill(Array(left.filter { $0.member == member }.prefix(window.memberCapacity)), of: member)
            }
            #expect(window.count <= 10 + 3 * members.count)
            for item in window.start(at: at(1), limit: 2) {
                done.append(item)
                left.removeAll { $0.id == item.id }
                window.finish(item, attempts: 1, retryAt: nil)
            }
        }
        #expect(Set(done.map(\.id)) == Set(rows.map(\.id)))
        for member in members {
            let order = done.filter { $0.member == member }.map(\.sequence)
            #expect(order == order.sorted())
        }
    }
}

@Suite("the policy of deliveries")
struct DeliveryPolicyTests {
    private let configuration = WebhookConfiguration()

    @Test("pauses triple up to a limit, with jitter below it")
    func pauses() {
        let policy = DeliveryPolicy(configuration)
        var generator = Seeded(state: 7)
        for (failures, ceiling) in [(1, 5), (2, 15), (3, 45), (4, 135), (9, 28_800), (14, 28_800)] as [(Int, Int64)] {
            for _ in 0..<50 {
                let pause = policy.pause(after: failures, using: &generator)
                #expect((ceiling * 1_000_000 * 2 / 3...ceiling * 1_000_000).contains(pause), "\(failures)")
            }
        }
    }

    @Test("2xx is delivered; a redirect, an error or silence is tried again until the last attempt")
    func results() {
        let policy = DeliveryPolicy(configuration)
        var generator = Seeded(state: 7)
        func result(_ answer: WebhookAnswer, attempts: Int = 0, now: Int64 = 60) -> AttemptResult {
            policy.result(of: answer, for: item(1, of: UUID(), attempts: attempts), at: at(now), using: &generator)
        }
        #expect(result(.status(204)).state == .delivered)
        for answer in [WebhookAnswer.status(301), .status(500), .failure("no answer")] {
            let first = result(answer)
            #expect(first.state == .pending && first.attempts == 1 && first.error != nil)
            #expect(result(answer, attempts: configuration.maximumAttempts - 1).state == .dead)
            #expect(result(answer, now: 3 * 86_400).state == .dead, "too old")
        }
        let asked = result(.status(503, retryAfterSeconds: 120))
        #expect(asked.nextAt == at(60 + 120))
        #expect(result(.status(503, retryAfterSeconds: .max)).nextAt == at(60 + 3_600), "a wish has its bound")
    }

    @Test("failures in a row open the circuit; after a pause one trial decides")
    func circuit() {
        var circuit = CircuitBreaker(configuration)
        func permits(_ wanted: Int, _ now: Int64) -> Int { circuit.permits(wanted, at: at(now)) }
        func changes(_ success: Bool, _ now: Int64) -> Bool { circuit.note(success: success, at: at(now)) }
        for _ in 0..<4 { #expect(!changes(false, 0)) }
        #expect(permits(8, 0) == 8)
        #expect(changes(false, 0))
        #expect(circuit.openUntil == at(10))
        #expect(permits(8, 9) == 0)
        #expect(permits(8, 10) == 1)
        #expect(permits(8, 10) == 0, "one trial at a time")
        #expect(changes(false, 11))
        #expect(circuit.openUntil == at(31), "twice as long")
        #expect(permits(8, 31) == 1)
        #expect(changes(true, 32))
        #expect(permits(8, 32) == 8)
    }
}

@Suite("private networks")
struct PrivateNetworkTests {
    @Test(
        "leads nowhere but inside",
        arguments: [
            "localhost", "a.localhost", "LOCALHOST.", "127.0.0.1", "127.1", "0x7f000001", "2130706433", "10.1.2.3",
            "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
            "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "::ffff:127.0.0.1",
            "::ffff:10.0.0.1", "64:ff9b::7f00:1", "ff02::1", "2001:db8::1", "2002:7f00:1::", "198.18.0.1",
        ])
    func inside(host: String) { #expect(PrivateNetwork.isPrivate(host: host)) }

    @Test(
        "leads outside, or is a name to be resolved",
        arguments: ["8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "shop.example", "10.example"])
    func outside(host: String) { #expect(!PrivateNetwork.isPrivate(host: host)) }
}

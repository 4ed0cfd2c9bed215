import Foundation
import Loyalty
import LoyaltyService
import Testing

@testable import Wire

@Suite("households")
struct HouseholdTests {
    @Test("members fill an account together, and each can spend it")
    func together() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let home = try await shop.household()
            let (ann, bob) = (try await shop.somebody(dollars: 30), try await shop.somebody(dollars: 20))
            for member in [ann, bob, ann] { try await shop.joins(home, member) }
            #expect(Set(try await shop.other.household(home).members) == [ann, bob])
            for (member, points) in [(ann, Int64(200)), (bob, 150)] {
                _ = try await shop.service.transfer(
                    TransferBody(to: .id(home), wallet: "points", points: points), from: member, idempotencyKey: nil,
                    at: Shop.now)
            }
            #expect(try await shop.held(home) == [350, 0])
            let body = RedemptionBody.points(300, confirm: true).fromHousehold
            let spent = try await shop.other.redeem(body, member: bob, idempotencyKey: Club.key("k"), at: Shop.now)
            #expect(spent.memberID == home && spent.status == .confirmed)
            #expect(try await shop.held(home) == [50, 0])
            #expect(try await shop.held(bob) == [50, 0])
            #expect(
                await code {
                    _ = try await shop.service.redeem(body, member: ann, idempotencyKey: nil, at: Shop.now)
                } == "insufficient_points")
        }
    }

    @Test("a member belongs to one at most; who has left spends no more of it")
    func membership() async throws {
        try await Club.with { shop async throws in
            let (home, other) = (try await shop.household(), try await shop.household())
            let ann = try await shop.somebody(dollars: 30)
            try await shop.joins(home, ann)
            #expect(await code { try await shop.joins(other, ann) } == "in_household")
            #expect(await code { try await shop.joins(ann, home) } == "household_not_found")
            #expect(await code { try await shop.joins(home, other) } == "recipient_not_found")
            #expect(await code { try await shop.joins(home, home) } == "recipient_not_found")
            for _ in 0..<2 { try await shop.leaves(home, ann) }
            let body = RedemptionBody.points(10).fromHousehold
            #expect(
                await code {
                    _ = try await shop.service.redeem(body, member: ann, idempotencyKey: nil, at: Shop.now)
                } == "no_household")
            try await shop.joins(other, ann)
            #expect(try await shop.service.household(other).members == [ann])
            // Who is erased belongs to nobody.
            try await shop.service.erase(ann, at: Shop.now)
            #expect(try await shop.service.household(other).members == [])
        }
    }

    @Test("a redemption that comes again after the member has left is answered as it was")
    func repeatedAfterLeaving() async throws {
        try await Club.with { shop async throws in
            let (ann, home) = (try await shop.somebody(dollars: 10), try await shop.household())
            try await shop.joins(home, ann)
            let body = TransferBody(to: .id(home), wallet: "points", points: 50)
            _ = try await shop.service.transfer(body, from: ann, idempotencyKey: nil, at: Shop.now)
            func spend() async throws -> RedemptionView {
                try await shop.service.redeem(
                    .points(10).fromHousehold, member: ann, idempotencyKey: Club.key("spend"), at: Shop.now)
            }
            let first = try await spend()
            try await shop.leaves(home, ann)
            let again = try await spend()
            #expect(again.redemption.id == first.redemption.id && again.isReplayed && !first.isReplayed)
        }
    }

    @Test("a household that has been erased is not made again by a repeat of its request")
    func erased() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let key = Club.key("home")
            let home = try await shop.service.createHousehold(HouseholdBody(), idempotencyKey: key, at: Shop.now)
            try await shop.service.erase(home.id, at: Shop.now)
            for service in shop.services {
                let word = await code {
                    _ = try await service.createHousehold(HouseholdBody(), idempotencyKey: key, at: Shop.now)
                }
                #expect(word == "member_not_found")
            }
        }
    }

    @Test("a household is made once for one key, and is full at twenty, however many join at once")
    func full() async throws {
        try await Club.with(servers: 2) { shop async throws in
            let key = Club.key("home")
            let home = try await shop.service.createHousehold(HouseholdBody(), idempotencyKey: key, at: Shop.now)
            let again = try await shop.other.createHousehold(HouseholdBody(), idempotencyKey: key, at: Shop.now)
            #expect(again.id == home.id && again.isReplayed && !home.isReplayed)
            var members: [UUID] = []
            for _ in 0..<25 { members.append(try await shop.somebody()) }
            let everybody = members
            let words = try await atOnce(25) { number in
                await code { try await shop.joins(home.id, everybody[number], at: number % 2) }
            }
            #expect(words.count { $0 == "done" } == 20)
            #expect(Set(words) == ["done", "household_full"])
        }
    }
}

extension RedemptionBody {
    fileprivate var fromHousehold: RedemptionBody {
        var body = self
        body.household = true
        return body
    }
}

extension Shop {
    fileprivate func household() async throws -> UUID {
        try await service.createHousehold(HouseholdBody(), idempotencyKey: nil, at: Shop.now).id
    }

    fileprivate func joins(_ household: UUID, _ member: UUID, at number: Int = 0) async throws {
        _ = try await services[number].join(
            household, HouseholdMemberBody(member: .id(member)), idempotencyKey: nil, at: Shop.now
        ) { _ in KeptAnswer(status: 200, body: []) }
    }

    fileprivate func leaves(_ household: UUID, _ member: UUID) async throws {
        _ = try await service.leave(
            household, HouseholdMemberBody(member: .id(member)), idempotencyKey: nil, at: Shop.now
        ) { _ in KeptAnswer(status: 200, body: []) }
    }
}

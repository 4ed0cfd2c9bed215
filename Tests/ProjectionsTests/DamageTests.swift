import EventLog
import Foundation
import Logging
import Loyalty
import Postgres
import Testing

@testable import Projections

/// What is done behind the server's back to the rows of one member or one partition, and what must be told of it.
struct RowDamage: Sendable {
    let name: String
    /// `$m` stands for the member's id, `$p` for their partition.
    let sql: String
    /// Words that one difference must have, beside the member or the partition.
    let told: [String]
    /// Whether the member is named, or else the partition.
    let namesMember: Bool

    static let all = accounts + figures + memos + months

    // MARK: Accounts

    private static let row = "WHERE partition = $p AND member_id = '$m'"

    private static func account(_ name: String, _ change: String, _ told: String...) -> RowDamage {
        RowDamage(
            name: "account: \(name)", sql: "UPDATE treue.account SET \(change) \(row)", told: told, namesMember: true)
    }

    /// The state as text with something in it replaced.
    private static func state(_ name: String, _ pattern: String, _ with: String, _ told: String...) -> RowDamage {
        let change = "state = convert_to(regexp_replace(convert_from(state, 'UTF8'), '\(pattern)', '\(with)'), 'UTF8')"
        return RowDamage(
            name: "account: \(name)", sql: "UPDATE treue.account SET \(change) \(row)", told: ["state"] + told,
            namesMember: true)
    }

    private static let accounts: [RowDamage] = [
        RowDamage(
            name: "account: the row gone", sql: "DELETE FROM treue.account \(row)", told: ["missing"], namesMember: true
        ),
        RowDamage(
            name: "account: the row given to nobody",
            sql: "UPDATE treue.account SET member_id = '00000000-0000-0000-0000-0000000000ff' \(row)",
            told: ["missing"], namesMember: true),
        account("the version ahead", "version = version + 1", "version"),
        account("the version behind", "version = version - 1", "version"),
        account("the version nothing", "version = 0", "version"),
        account("an unreadable state", "state = '\\xff'", "state", "unreadable"),
        account("an empty state", "state = ''", "state", "unreadable"),
        account("a state cut short", "state = substr(state, 1, length(state) - 1)", "state", "unreadable"),
        account("a blank more", "state = state || ' '::bytea", "state"),
        state("points in a lot", "\"points\":440", "\"points\":450", "off by +10", "wallets"),
        state("an end of a lot", "\"end\":\"[^\"]*\"", "\"end\":\"never\"", "wallets"),
        state("what was issued", "\"issued\":440", "\"issued\":441", "wallets"),
        state("the day of inactivity", "\"inactive\":\"20", "\"inactive\":\"21", "wallets"),
        state("another wallet", "\"id\":\"points\"", "\"id\":\"stamps\"", "wallets"),
        state("a better tier", "\"tier\":\"vib\"", "\"tier\":\"rouge\"", "tier"),
        state("a longer tier", "\"until\":\"2027", "\"until\":\"2037", "tier"),
        state("what was spent", ",44000\\]", ",44001]", "totals"),
        state("the number of purchases", "\"purchases\":2", "\"purchases\":3", "purchases"),
        state("the last purchase", "\"active\":\"2026", "\"active\":\"2025", "last_active"),
        state("the day of joining", "\"enrolled\":1", "\"enrolled\":2", "enrolled_at"),
        state("the time it stands at", "\"latest\":1", "\"latest\":2", "latest"),
        state("the language", "\"language\":\"en\"", "\"language\":\"de\"", "language"),
        state("who brought them", "\"latest\":", "\"referred_by\":\"x\",\"latest\":", "referred_by"),
        state("whom they became", "\\}$", ",\"merged_into\":\"x\"}", "merged"),
    ]

    // MARK: Reports

    private static func figure(
        _ projection: String, _ measure: String, _ name: String, _ change: String, _ told: String...
    ) -> RowDamage {
        // One row, whichever it is, of those in use.
        let place = """
            WHERE (partition, projection, generation, measure, day, key_a, key_b) =
                  (SELECT partition, projection, generation, measure, day, key_a, key_b FROM treue.report_cell
                    WHERE partition = $p AND projection = '\(projection)' AND measure = '\(measure)'
                    ORDER BY day, key_a, key_b LIMIT 1)
            """
        let sql =
            change == "DELETE"
            ? "DELETE FROM treue.report_cell \(place)"
            : "UPDATE treue.report_cell SET \(change) \(place)"
        return RowDamage(
            name: "\(projection): \(name)", sql: sql, told: [projection, measure] + told, namesMember: false)
    }

    private static let figures: [RowDamage] = [
        figure("daily", "purchases", "a sale more", "value = value + 1"),
        figure("daily", "purchase_amount", "a penny less", "value = value - 1"),
        figure("daily", "events", "a row gone", "DELETE", "the report says nothing"),
        figure("daily", "points", "another day", "day = day - 1", "the report says nothing"),
        figure("daily", "purchases", "another currency", "key_a = 'EUR'", "the report says nothing"),
        figure("tiers", "members", "somebody less", "value = value - 1"),
        figure("tiers", "population", "somebody in another tier", "key_a = 'rouge'", "the report says nothing"),
        figure("tiers", "valid", "a row gone", "DELETE", "the report says nothing"),
        figure("liability", "open", "more open points", "value = value + 500"),
        figure("liability", "open", "points that never end", "key_b = 'never'", "the report says nothing"),
        RowDamage(
            name: "daily: a figure of nothing",
            sql: """
                INSERT INTO treue.report_cell SELECT generation, 7, $p, '2020-02-02', 'daily', 'returns', 'USD', ''
                  FROM treue.projection WHERE name = 'daily'
                """, told: ["daily", "returns 2020-02-02", "the log says nothing"], namesMember: false),
        RowDamage(
            name: "daily: a checkpoint behind",
            sql: "UPDATE treue.checkpoint SET position = 1 WHERE partition = $p AND projection = 'daily'",
            told: ["daily", "events"], namesMember: false),
        RowDamage(
            name: "daily: a checkpoint beyond the end",
            sql: "UPDATE treue.checkpoint SET position = position + 9 WHERE partition = $p AND projection = 'daily'",
            told: ["daily", "checkpoint"], namesMember: false),
        RowDamage(
            name: "activity: no checkpoint",
            sql: "DELETE FROM treue.checkpoint WHERE partition = $p AND projection = 'activity'",
            told: ["activity", "month", "the log says nothing"], namesMember: true),
    ]

    private static func memo(_ projection: String, _ name: String, _ sql: String, _ told: String...) -> RowDamage {
        RowDamage(
            name: "\(projection): \(name)", sql: sql + " \(row) AND projection = '\(projection)'",
            told: [projection, "memo"] + told, namesMember: true)
    }

    private static let memos: [RowDamage] = [
        memo("tiers", "what is remembered of a member", "UPDATE treue.report_member SET memo = memo || 'x'::bytea"),
        memo(
            "tiers", "nothing remembered of a member", "DELETE FROM treue.report_member", "the report says nothing"),
        memo(
            "liability", "a state remembered with other points",
            """
            UPDATE treue.report_member SET memo = convert_to(
                replace(convert_from(memo, 'UTF8'), '"points":440', '"points":44'), 'UTF8')
            """),
        memo(
            "liability", "remembered of somebody else",
            "UPDATE treue.report_member SET member_id = '00000000-0000-0000-0000-0000000000fe'",
            "the report says nothing"),
    ]

    private static func month(_ name: String, _ sql: String, _ told: String...) -> RowDamage {
        RowDamage(
            name: "activity: \(name)", sql: "\(sql) \(row)", told: ["activity", "month"] + told, namesMember: true)
    }

    private static let months: [RowDamage] = [
        month("a penny more", "UPDATE treue.report_month SET amount = amount + 1"),
        month("a purchase less", "UPDATE treue.report_month SET purchases = purchases - 1"),
        month("a return that never was", "UPDATE treue.report_month SET returns = 1"),
        month("another day", "UPDATE treue.report_month SET days = days # 3"),
        month("a month gone", "DELETE FROM treue.report_month", "the report says nothing"),
        month("another month", "UPDATE treue.report_month SET month = month - 400", "the report says nothing"),
        month("another currency", "UPDATE treue.report_month SET currency = 'EUR'", "the report says nothing"),
    ]
}

@Suite("damage to rows")
struct DamageTests {
    @Test("each kind is found and named by projection and member or partition, and nothing else is")
    func named() async throws {
        #expect(RowDamage.all.count >= 30)
        try await Server.with(partitions: 64) { server async throws in
            let members = try await members(RowDamage.all.count, server)
            let catalogue = ProjectionCatalogue(client: server.client, log: server.log, zone: .utc)
            try await catalogue.rebuildReports()
            #expect(try await catalogue.compareAll { _ in }.count == 0)
            for (member, damage) in zip(members, RowDamage.all) {
                let partition = server.log.partition(of: member)
                try await server.tamper(
                    damage.sql.replacing("$m", with: member.text).replacing("$p", with: "\(partition)"))
            }
            // All members of a partition at once, and some after the others.
            for bounds in [FoldBounds(), FoldBounds(members: 1)] {
                let comparing = ProjectionCatalogue(
                    client: server.client, log: server.log, zone: .utc, workers: 1, bounds: bounds)
                var told = try await comparing.compareAll { _ in }.parts.flatMap(\.differences).map(\.description)
                for (member, damage) in zip(members, RowDamage.all) {
                    let place = "partition \(server.log.partition(of: member)):"
                    let own = told.filter { $0.contains(damage.namesMember ? member.text : place) }
                    #expect(
                        own.contains { line in damage.told.allSatisfy(line.contains) },
                        "\(damage.name): \(own), wanted \(damage.told)")
                    told.removeAll { $0.contains(member.text) || $0.contains(place) }
                }
                // The two rows that were given to nobody.
                #expect(told.allSatisfy { $0.contains("00000000-0000-0000-0000-0000000000f") }, "\(told)")
            }
        }
    }

    /// So many members with two purchases, each in a partition of their own.
    private func members(_ count: Int, _ server: Server) async throws -> [UUID] {
        var members: [Int: UUID] = [:]
        var number = 0
        while members.count < count, number < 1_000 {
            number += 1
            guard let id = await server.buys("m\(number)", "a\(number)", dollars: 400, daysAgo: 40) else { continue }
            let partition = server.log.partition(of: id)
            guard members[partition] == nil else { continue }
            _ = await server.buys("m\(number)", "b\(number)", dollars: 40, daysAgo: 20)
            members[partition] = id
        }
        #expect(members.count == count)
        return members.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension UUID {
    fileprivate var text: String { uuidString.lowercased() }
}

import Foundation
import Testing

@testable import Postgres

@Suite("Values, against a server", .timeLimit(.minutes(2)))
struct ValueTests {
    @Test("every scalar type survives the way there and back")
    func scalars() async throws {
        try await withFreshClient { client in
            let id = UUID()
            let row = try #require(
                try await client.query(
                    "SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10",
                    [
                        .bool(true), .int2(-7), .int4(.min), .int8(.max), .text("Ünïcode ☂"), .bytea([0, 1, 255]),
                        .uuid(id), .json(Array(#"{"a": 1}"#.utf8)), .timestamptz(1_234_567_890_123_456), .null,
                    ]
                ).first)
            #expect(try row.bool(0))
            #expect(try row.int2(1) == -7)
            #expect(try row.int4(2) == .min)
            #expect(try row.int8(3) == .max)
            #expect(try row.text(4) == "Ünïcode ☂")
            #expect(try row.bytes(5) == [0, 1, 255])
            #expect(try row.uuid(6) == id)
            #expect(try row.text(7) == #"{"a": 1}"#)
            #expect(try row.bytes(7) == Array(#"{"a": 1}"#.utf8))
            #expect(try row.timestamptz(8) == 1_234_567_890_123_456)
            #expect(row.isNull(9))
        }
    }

    @Test("the server reads what we encode as its own literals")
    func serverAgrees() async throws {
        try await withFreshClient { client in
            let id = try #require(UUID(uuidString: "0198c0de-0000-7000-8000-000000000001"))
            let row = try #require(
                try await client.query(
                    """
                    SELECT $1::timestamptz = '2026-05-14T12:34:56.789012Z',
                        $2::uuid = '0198c0de-0000-7000-8000-000000000001',
                        $3 = ARRAY[true, false], $4 = '{1,-2}'::int2[], $5 = '{3,-4}'::int4[],
                        $6 = '{5,-6}'::int8[], $7 IS NOT DISTINCT FROM ARRAY['a', NULL, ''],
                        $8 IS NOT DISTINCT FROM ARRAY['\\x00ff'::bytea, NULL, ''], $9 = ARRAY[$2, $2],
                        $10::text = '{"[1, 2]",NULL}', $11 = ARRAY[$1, '1970-01-01T00:00:00Z'], $12 = '{}'::int8[],
                        $13 = '', $14 = ''::bytea
                    """,
                    [
                        .timestamptz(1_778_762_096_789_012), .uuid(id), .boolArray([true, false]),
                        .int2Array([1, -2]), .int4Array([3, -4]), .int8Array([5, -6]),
                        .textArray(["a", nil, ""]), .byteaArray([[0, 255], nil, []]), .uuidArray([id, id]),
                        .jsonArray([Array("[1, 2]".utf8), nil]),
                        .timestamptzArray([1_778_762_096_789_012, 0]), .int8Array([]), .text(""), .bytea([]),
                    ]
                ).first)
            for column in 0..<14 { #expect(try row.bool(column), "column \(column)") }
        }
    }

    @Test("a NULL, a missing column and another type are decoding errors")
    func decodingErrors() async throws {
        try await withFreshClient { client in
            let row = try #require(try await client.query("SELECT NULL::int8, 'a'::text").first)
            #expect(await failure { _ = try row.int8(0) }?.code == .decoding)
            #expect(await failure { _ = try row.int8(1) }?.code == .decoding)
            #expect(await failure { _ = try row.int8(2) }?.code == .decoding)
            #expect(await failure { _ = try row.int8(-1) }?.code == .decoding)
            #expect(try row.optionalInt8(0) == nil)
            #expect(try row.optionalText(1) == "a")
        }
    }

    private func failure(_ body: () throws -> Void) async -> PostgresError? {
        await PostgresTests.failure(of: body)
    }
}

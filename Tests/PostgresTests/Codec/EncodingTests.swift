import Foundation
import Testing

@testable import Postgres

@Suite("Parameters and connection strings")
struct EncodingTests {
    private func bytes(_ value: PostgresValue) -> [UInt8] {
        var bytes: [UInt8] = []
        value.encode(into: &bytes)
        return bytes
    }

    @Test("integers are big-endian, booleans one byte, times count from 2000")
    func scalars() {
        #expect(bytes(.int2(-2)) == [255, 254])
        #expect(bytes(.int4(258)) == [0, 0, 1, 2])
        #expect(bytes(.int8(1)) == [0, 0, 0, 0, 0, 0, 0, 1])
        #expect(bytes(.bool(true)) == [1])
        #expect(bytes(.timestamptz(postgresEpochMicros)) == [0, 0, 0, 0, 0, 0, 0, 0])
        #expect(bytes(.timestamptz(.min)) == [128, 0, 0, 0, 0, 0, 0, 0])
        #expect(bytes(.null) == [] && bytes(.text("")) == [])
    }

    @Test("arrays carry dimension, NULL flag, element type, length and lower bound")
    func arrays() {
        #expect(bytes(.int8Array([])) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20])
        #expect(
            bytes(.textArray(["a", nil])) == [
                0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 25, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 97, 255, 255, 255, 255,
            ])
        #expect(bytes(.boolArray([false])).suffix(9) == [0, 0, 0, 1, 0, 0, 0, 1, 0])
    }

    @Test("NULL is a null pointer, an empty value is not")
    func pointers() throws {
        for values in [[.null, .text("")], [.null, .text(""), .text("x")]] as [[PostgresValue]] {
            let encoded = try EncodedParameters(values)
            encoded.withPointers { pointers, lengths, formats in
                #expect(pointers?[0] == nil && pointers?[1] != nil)
                #expect(lengths?[0] == -1 && lengths?[1] == 0 && formats?[1] == 1)
            }
        }
        #expect(try EncodedParameters([.int8(1), .null]).types == [20, 0])
    }

    @Test("more parameters than the protocol can count are refused")
    func tooMany() async {
        let error = await failure { _ = try EncodedParameters([PostgresValue](repeating: .null, count: 65_536)) }
        #expect(error?.code == .protocolViolation && error?.wasSent == false)
    }

    @Test("what the URL says wins over our defaults; several hosts stay several")
    func settings() throws {
        let url = "postgresql://u@a:1,b:2/d?application_name=mine&connect_timeout=7&options=-c%20geqo%3Doff"
        let settings = try ConnectionSettings(.init(url: url), serverTimeout: .milliseconds(1500))
        let values = Dictionary(uniqueKeysWithValues: settings.pairs.map { ($0.keyword, $0.value) })
        #expect(values["host"] == "a,b" && values["port"] == "1,2" && values["connect_timeout"] == "7")
        #expect(values["application_name"] == "mine" && values["client_encoding"] == "UTF8")
        #expect(values["options"] == "-c geqo=off -c statement_timeout=1500")
        let plain = try ConnectionSettings(.init(url: "dbname=x"), serverTimeout: nil)
        let defaults = Dictionary(uniqueKeysWithValues: plain.pairs.map { ($0.keyword, $0.value) })
        #expect(defaults["application_name"] == "treue" && defaults["connect_timeout"] == "5")
        #expect(defaults["options"] == nil && defaults["tcp_user_timeout"] == "30000")
    }
}

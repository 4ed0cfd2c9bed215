import Testing
import Wire

@Suite("JSON is written compactly")
struct JSONWriterTests {
    private func text(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter()
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test("members and elements are separated by commas, wherever they stand")
    func commas() {
        let written = text {
            $0.beginObject()
            $0.member("a", "x")
            $0.key("b")
            $0.beginArray()
            $0.integer(1)
            $0.beginObject()
            $0.endObject()
            $0.beginArray()
            $0.endArray()
            $0.bool(true)
            $0.null()
            $0.endArray()
            $0.optionalMember("gone", nil as String?)
            $0.member("c", Int64(-5))
            $0.key(named: "d\"")
            $0.raw("{\"r\":1}".utf8)
            $0.member("e", false)
            $0.member("t", timeMicros: 1_500_000)
            $0.endObject()
        }
        #expect(
            written
                == #"{"a":"x","b":[1,{},[],true,null],"c":-5,"d\"":{"r":1},"e":false,"t":"1970-01-01T00:00:01.500Z"}"#)
    }

    @Test("texts are escaped where they must be and nowhere else", arguments: [
        ("plain", "\"plain\""), ("", "\"\""), ("é日🧾/", "\"é日🧾/\""), ("\"\\", #""\"\\""#), ("a\nb\r\t", #""a\nb\r\t""#),
        ("\u{0}\u{1F}\u{7F}", #""\u0000\u001f\u007f""#), ("\u{8}\u{C}", #""\u0008\u000c""#), ("\u{2028}", "\"\u{2028}\""),
    ])
    func escapes(plain: String, written: String) {
        #expect(text { $0.string(plain) } == written)
    }

    @Test("integers are written in full", arguments: [0, 1, -1, 9, 10, -10, 1234, .max, .min])
    func integers(value: Int64) {
        #expect(text { $0.integer(value) } == "\(value)")
    }

    @Test("a writer that was reset begins anew")
    func reset() {
        var writer = JSONWriter()
        writer.integer(1)
        writer.reset()
        writer.integer(2)
        #expect(writer.bytes == Array("2".utf8))
    }
}

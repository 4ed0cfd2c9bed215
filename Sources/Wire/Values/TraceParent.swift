/// A W3C trace context: which trace a request belongs to, and which step of it caused it.
public struct TraceParent: Hashable, Sendable {
    /// In its normal form.
    public let text: String
    /// 32 lower-case hex digits.
    public var traceID: Substring { text.dropFirst(3).prefix(32) }

    /// Reads a `traceparent`; nil for anything that the specification (level 1) tells to ignore.
    public init?(_ text: String) {
        let bytes = Array(text.utf8.prefix(Self.longest + 1))
        guard (55...Self.longest).contains(bytes.count), bytes[2] == dash, bytes[35] == dash, bytes[52] == dash,
            Self.isHex(bytes[0..<2]), Self.isHex(bytes[3..<35]), Self.isHex(bytes[36..<52]), Self.isHex(bytes[53..<55]),
            bytes[3..<35].contains(where: { $0 != zero }), bytes[36..<52].contains(where: { $0 != zero }),
            !(bytes[0] == letterF && bytes[1] == letterF)
        else { return nil }
        let isFirstVersion = bytes[0] == zero && bytes[1] == zero
        guard isFirstVersion ? bytes.count == 55 : bytes.count == 55 || bytes[55] == dash else { return nil }
        // What a later version adds is not understood here, and so not passed on.
        self.text = "00" + String(decoding: bytes[2..<55], as: UTF8.self)
    }

    private static let longest = 256

    private static func isHex(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.allSatisfy { (zero...nine).contains($0) || (letterA...letterF).contains($0) }
    }

    /// The trace context that an event's metadata keeps.
    public static func kept(in metadata: [UInt8]?) -> TraceParent? {
        guard let metadata, let value = try? JSONReader.read(metadata) else { return nil }
        for place in [value["attributes"], value] {
            if case .string(let text)? = place?[name], let found = TraceParent(text) { return found }
        }
        return nil
    }

    /// The attribute and header that carry it.
    public static let name = "traceparent"
}

private let zero = UInt8(ascii: "0")
private let nine = UInt8(ascii: "9")
private let letterA = UInt8(ascii: "a")
private let letterF = UInt8(ascii: "f")
private let dash = UInt8(ascii: "-")

/// Writes compact JSON by hand into bytes that are reused. The caller sees to it that begins and ends match.
public struct JSONWriter: Sendable {
    /// What has been written lies at the front; what comes next is put behind it.
    private var room: [UInt8]
    private var count = 0
    /// True when a comma must come before what is written next.
    private var needsComma = false

    /// An empty writer with room for this many bytes.
    public init(reserving capacity: Int = 512) {
        room = Array(repeating: 0, count: capacity)
    }

    /// What has been written.
    public var bytes: [UInt8] { Array(room[..<count]) }

    /// What has been written, in the room itself: for who writes no more.
    public consuming func finish() -> [UInt8] {
        room.removeLast(room.count - count)
        return room
    }

    /// Lets `read` look at what has been written, where it stands.
    public func withBytes<Result>(_ read: (UnsafeRawBufferPointer) -> Result) -> Result {
        room.withUnsafeBytes { read(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    }

    /// Forgets what was written and keeps the room.
    public mutating func reset() {
        count = 0
        needsComma = false
    }

    /// `{`
    public mutating func beginObject() { open(UInt8(ascii: "{")) }
    /// `}`
    public mutating func endObject() { close(UInt8(ascii: "}")) }
    /// `[`
    public mutating func beginArray() { open(UInt8(ascii: "[")) }
    /// `]`
    public mutating func endArray() { close(UInt8(ascii: "]")) }

    /// The name of a member, written as it is: a literal that needs no escape.
    public mutating func key(_ name: StaticString) {
        name.withUTF8Buffer { name in
            put(atMost: name.count + 3) { room, place in room.putKey(name, at: &place) }
        }
        needsComma = false
    }

    /// A member with a text.
    public mutating func member(_ name: StaticString, _ value: String) {
        if value.utf8.withContiguousStorageIfAvailable({ member(name, $0) }) != nil { return }
        key(name)
        string(value)
    }

    private mutating func member(_ name: StaticString, _ text: UnsafeBufferPointer<UInt8>) {
        let most = JSONEscapes.mostBytes(of: text)
        name.withUTF8Buffer { name in
            put(atMost: name.count + most + 5) { room, place in
                room.putKey(name, at: &place)
                room.putString(text, isPlain: most == text.count, at: &place)
            }
        }
    }

    /// A member with a whole number.
    public mutating func member(_ name: StaticString, _ value: Int64) {
        name.withUTF8Buffer { name in
            put(atMost: name.count + Decimal64.mostBytes + 3) { room, place in
                room.putKey(name, at: &place)
                Decimal64.put(value, into: &room, at: &place)
            }
        }
    }

    /// The name of a member that is only known at run time.
    public mutating func key(named name: String) {
        string(name)
        needsComma = false
        put(atMost: 1) { room, place in room.put(UInt8(ascii: ":"), at: &place) }
        needsComma = false
    }

    /// A string; `"`, `\` and control characters are escaped, all else is written as UTF-8.
    public mutating func string(_ text: String) {
        if text.utf8.withContiguousStorageIfAvailable({ string($0) }) != nil { return }
        var text = text
        text.withUTF8 { string($0) }
    }

    private mutating func string(_ text: UnsafeBufferPointer<UInt8>) {
        let most = JSONEscapes.mostBytes(of: text)
        put(atMost: most + 2) { room, place in room.putString(text, isPlain: most == text.count, at: &place) }
    }

    /// A whole number.
    public mutating func integer(_ value: Int64) {
        put(atMost: Decimal64.mostBytes) { room, place in Decimal64.put(value, into: &room, at: &place) }
    }

    /// `true` or `false`.
    public mutating func bool(_ value: Bool) { literal(value ? "true" : "false") }

    /// `null`.
    public mutating func null() { literal("null") }

    /// A value that is JSON already.
    public mutating func raw(_ json: some Collection<UInt8>) {
        if json.withContiguousStorageIfAvailable({ raw($0) }) == nil { Array(json).withUnsafeBufferPointer { raw($0) } }
    }

    private mutating func raw(_ json: UnsafeBufferPointer<UInt8>) {
        put(atMost: json.count) { room, place in room.put(json, at: &place) }
    }

    /// A string of at most so many bytes none of which needs an escape: `write` puts them into the room at the place and
    /// moves the place behind them.
    mutating func plain(atMost most: Int, _ write: (inout MutableSpan<UInt8>, inout Int) -> Void) {
        put(atMost: most + 2) { room, place in
            room.put(UInt8(ascii: "\""), at: &place)
            write(&room, &place)
            room.put(UInt8(ascii: "\""), at: &place)
        }
    }

    private mutating func literal(_ text: StaticString) {
        text.withUTF8Buffer { text in
            put(atMost: text.count) { room, place in room.put(text, at: &place) }
        }
    }

    private mutating func open(_ bracket: UInt8) {
        put(atMost: 1) { room, place in room.put(bracket, at: &place) }
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        needsComma = false
        put(atMost: 1) { room, place in room.put(bracket, at: &place) }
    }

    /// Puts a value of at most so many bytes behind what has been written, and a comma before it where one must come.
    ///
    /// Inlined, because nearly all of the work of writing an event is to put short texts there.
    @inline(__always)
    private mutating func put(atMost most: Int, _ write: (inout MutableSpan<UInt8>, inout Int) -> Void) {
        if room.count - count <= most { grow(by: most + 1) }
        let isFollowing = needsComma
        var place = count
        var span = room.mutableSpan
        if isFollowing { span.put(UInt8(ascii: ","), at: &place) }
        write(&span, &place)
        count = place
        needsComma = true
    }

    private mutating func grow(by least: Int) {
        room += [UInt8](repeating: 0, count: max(room.count, least))
    }
}

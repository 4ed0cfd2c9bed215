/// Inlined, because nearly all of the work of writing is here, a few bytes at a time.
extension MutableSpan<UInt8> {
    /// Puts a byte at a place and moves the place behind it.
    @inline(__always)
    mutating func put(_ byte: UInt8, at place: inout Int) {
        self[place] = byte
        place += 1
    }

    /// Puts bytes at a place and moves the place behind them.
    @inline(__always)
    mutating func put(_ bytes: UnsafeBufferPointer<UInt8>, at place: inout Int) {
        precondition(bytes.count <= count - place, "no room for the bytes")
        withUnsafeMutableBytes { room in
            UnsafeMutableRawBufferPointer(rebasing: room[place...]).copyMemory(from: UnsafeRawBufferPointer(bytes))
        }
        place += bytes.count
    }

    /// Puts the name of a member, which needs no escape.
    @inline(__always)
    mutating func putKey(_ name: UnsafeBufferPointer<UInt8>, at place: inout Int) {
        put(UInt8(ascii: "\""), at: &place)
        put(name, at: &place)
        put(UInt8(ascii: "\""), at: &place)
        put(UInt8(ascii: ":"), at: &place)
    }

    /// Puts a text between its quotes.
    @inline(__always)
    mutating func putString(_ text: UnsafeBufferPointer<UInt8>, isPlain: Bool, at place: inout Int) {
        put(UInt8(ascii: "\""), at: &place)
        if isPlain {
            put(text, at: &place)
        } else {
            for byte in text { JSONEscapes.put(byte, into: &self, at: &place) }
        }
        put(UInt8(ascii: "\""), at: &place)
    }
}

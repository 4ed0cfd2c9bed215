extension MutableSpan<UInt8> {
    /// Puts a byte at a place and moves the place behind it.
    mutating func put(_ byte: UInt8, at place: inout Int) {
        self[place] = byte
        place += 1
    }

    /// Puts bytes at a place and moves the place behind them.
    mutating func put(_ bytes: UnsafeBufferPointer<UInt8>, at place: inout Int) {
        precondition(bytes.count <= count - place, "no room for the bytes")
        withUnsafeMutableBytes { room in
            UnsafeMutableRawBufferPointer(rebasing: room[place...]).copyMemory(from: UnsafeRawBufferPointer(bytes))
        }
        place += bytes.count
    }
}

/// Whole numbers as decimal digits in bytes.
enum Decimal64 {
    /// Appends a number in its shortest form.
    static func append(_ value: Int64, to bytes: inout [UInt8]) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = bytes.count
        repeat {
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit))
            rest = quotient
        } while rest > 0
        var (left, right) = (start, bytes.count - 1)
        while left < right {
            bytes.swapAt(left, right)
            left += 1
            right -= 1
        }
    }

    /// Appends a number that is not negative with leading zeros; digits beyond `width` are cut off at the left.
    static func append(_ value: Int64, width: Int, to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: width))
        var rest = value.magnitude
        for place in (start..<start + width).reversed() {
            bytes[place] += UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
    }
}

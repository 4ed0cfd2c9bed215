/// Eight bytes looked at at once: each answer has the highest bit of a byte set where the byte is meant.
///
/// A byte behind the first that is meant may be marked by mistake, so that only the first mark says where.
enum ByteWord {
    static let highest: UInt64 = 0x8080_8080_8080_8080

    /// Bytes below 0x20.
    static func controls(in word: UInt64) -> UInt64 { (word &- 0x2020_2020_2020_2020) & ~word & highest }

    static func quotes(in word: UInt64) -> UInt64 { zeros(in: word ^ 0x2222_2222_2222_2222) }

    static func backslashes(in word: UInt64) -> UInt64 { zeros(in: word ^ 0x5C5C_5C5C_5C5C_5C5C) }

    /// The character DEL.
    static func deletes(in word: UInt64) -> UInt64 { zeros(in: word ^ 0x7F7F_7F7F_7F7F_7F7F) }

    private static func zeros(in word: UInt64) -> UInt64 { (word &- 0x0101_0101_0101_0101) & ~word & highest }
}

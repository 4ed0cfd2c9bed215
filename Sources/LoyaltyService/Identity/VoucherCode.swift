import Crypto

/// Codes of vouchers. A code is made from its redemption's id under the master key, and found by a keyed digest: neither
/// the log nor the database holds it.
extension KeyRing {
    /// Sixteen letters and digits in groups of four, without those that look alike (Crockford's alphabet): 80 bits.
    func voucherCode(for redemption: String) -> String {
        let digest = Array(hash(request: Array("voucher:\(redemption)".utf8)))
        var text = ""
        var (bits, count): (UInt32, Int) = (0, 0)
        for byte in digest.prefix(10) {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= 5 {
                count -= 5
                text.append(KeyRing.alphabet[Int(bits >> UInt32(count) & 31)])
                if text.count % 5 == 4, text.count < 19 { text.append("-") }
            }
        }
        return text
    }

    /// What the log finds a code's voucher by: 16 bytes.
    func key(ofVoucher code: String) -> [UInt8] {
        let plain = code.uppercased().filter { $0 != "-" && $0 != " " }
        return Array(hash(request: Array("voucher-code:\(plain)".utf8)).prefix(16))
    }

    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
}

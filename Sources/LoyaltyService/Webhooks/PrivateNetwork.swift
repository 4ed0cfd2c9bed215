import Glibc

/// Addresses that lead into somebody's own network, or nowhere: a webhook sent there would let whoever sets its URL ask
/// machines that are not theirs to ask.
public enum PrivateNetwork {
    /// Whether a host is an address of that kind, or a name that always leads there. Other names are to be resolved,
    /// and each address looked at.
    public static func isPrivate(host: String) -> Bool {
        let name = host.hasSuffix(".") ? String(host.dropLast()).lowercased() : host.lowercased()
        if name == "localhost" || name.hasSuffix(".localhost") { return true }
        return isPrivate(address: name) ?? isOddAddress(name)
    }

    /// nil for what is no address.
    public static func isPrivate(address: String) -> Bool? {
        var four = in_addr()
        if inet_pton(AF_INET, address, &four) == 1 {
            return isPrivate(ipv4: UInt32(bigEndian: four.s_addr))
        }
        var six = in6_addr()
        // A zone (fe80::1%eth0) is link-local by itself.
        if address.contains("%") { return true }
        guard inet_pton(AF_INET6, address, &six) == 1 else { return nil }
        return isPrivate(ipv6: withUnsafeBytes(of: &six) { Array($0) })
    }

    /// Spellings that resolvers take for an address although they do not look like one: `127.1`, `0x7f000001`.
    private static func isOddAddress(_ name: String) -> Bool {
        var address = in_addr()
        return inet_aton(name, &address) == 1
    }

    /// Network and prefix length; RFC 6890 and its successors.
    private static let blocked: [(UInt32, UInt32)] = [
        (0x0000_0000, 8), (0x0A00_0000, 8), (0x6440_0000, 10), (0x7F00_0000, 8), (0xA9FE_0000, 16),
        (0xAC10_0000, 12), (0xC000_0000, 24), (0xC000_0200, 24), (0xC058_6300, 24), (0xC0A8_0000, 16),
        (0xC612_0000, 15), (0xC633_6400, 24), (0xCB00_7100, 24), (0xE000_0000, 4), (0xF000_0000, 4),
    ]

    private static func isPrivate(ipv4 address: UInt32) -> Bool {
        blocked.contains { network, length in (address ^ network) >> (32 - length) == 0 }
    }

    private static func isPrivate(ipv6 bytes: [UInt8]) -> Bool {
        guard bytes.count == 16 else { return true }
        let four = bytes[12...15].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let isMapped = bytes[0..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        // NAT64 leads to the IPv4 address it holds.
        let isTranslated = bytes[0..<12] == [0x00, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]
        if isMapped || isTranslated { return isPrivate(ipv4: four) }
        // Only 2000::/3 is handed out; of that, documentation, Teredo, 6to4 and the like are not places to go.
        guard bytes[0] & 0xE0 == 0x20 else { return true }
        let head = UInt32(bytes[0]) << 24 | UInt32(bytes[1]) << 16 | UInt32(bytes[2]) << 8 | UInt32(bytes[3])
        return head == 0x2001_0DB8 || head >> 9 == 0x2001_0000 >> 9 || head >> 16 == 0x2002
    }
}

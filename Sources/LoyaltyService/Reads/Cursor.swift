import Foundation

/// Where a page ended, as an opaque text. Streams only grow, so it stays good whatever is written meanwhile.
struct Cursor: Hashable {
    /// The event to go on from.
    var version: Int64
    /// Entries of that event already shown.
    var shown: Int64 = 0
    /// Available behind that event.
    var balance: Int64 = 0

    init(version: Int64, shown: Int64 = 0, balance: Int64 = 0) {
        (self.version, self.shown, self.balance) = (version, shown, balance)
    }

    var text: String {
        Data("\(version).\(shown).\(balance)".utf8).base64EncodedString()
            .replacingOccurrences(of: "=", with: "").replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "+", with: "-")
    }

    init(_ text: String) throws {
        let padded = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        let data = Data(base64Encoded: padded + String(repeating: "=", count: (4 - text.count % 4) % 4))
        let parts = data.map { String(decoding: $0, as: UTF8.self).split(separator: ".").map { Int64($0) } } ?? []
        guard parts.count == 3, let version = parts[0], let shown = parts[1], let balance = parts[2], version >= 0,
            shown >= 0
        else { throw ServiceError.cursorInvalid }
        self.init(version: version, shown: shown, balance: balance)
    }
}

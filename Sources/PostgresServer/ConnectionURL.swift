/// libpq URIs of a cluster that listens on a Unix socket.
package enum ConnectionURL {
    /// `postgresql://role@/database?host=…&port=…`; the port is part of the socket's name, so it is always said.
    package static func make(role: String, database: String, socketFolder: String, port: Int) -> String {
        "postgresql://\(escaped(role))@/\(escaped(database))?host=\(escaped(socketFolder, keeping: "/"))&port=\(port)"
    }

    private static func escaped(_ text: String, keeping kept: String = "") -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~\(kept)".utf8)
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            if plain.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }
}

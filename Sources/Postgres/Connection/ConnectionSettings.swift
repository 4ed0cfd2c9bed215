internal import CLibPQ
import Foundation

/// The conninfo keywords of a connection, from the configuration's URL and what we add to it.
struct ConnectionSettings: Sendable {
    let pairs: [(keyword: String, value: String)]

    /// - Parameter serverTimeout: `statement_timeout` of the session, for lanes. Leases time their statements
    ///   themselves, because COPY and migrations may take long.
    init(_ configuration: PostgresConfiguration, serverTimeout: Duration?) throws(PostgresError) {
        var values = try Self.parse(configuration.url)
        let millis = max(1, configuration.connectTimeout.nanoseconds / 1_000_000)
        if values["connect_timeout"] == nil {
            values["connect_timeout"] = String(max(2, (millis + 999) / 1000))
        }
        if values["application_name"] == nil {
            values["application_name"] = configuration.applicationName
        }
        values["client_encoding"] = "UTF8"
        for (keyword, value) in Self.deadPeerDefaults where values[keyword] == nil { values[keyword] = value }
        if let serverTimeout {
            let before = values["options"] ?? ProcessInfo.processInfo.environment["PGOPTIONS"] ?? ""
            let timeout = max(1, serverTimeout.nanoseconds / 1_000_000)
            values["options"] = "\(before) -c statement_timeout=\(min(timeout, Int64(Int32.max)))"
        }
        pairs = values.map { ($0.key, $0.value) }
    }

    /// A peer that vanished without a word is noticed within half a minute, not after the kernel's two hours.
    private static let deadPeerDefaults = [
        "keepalives_idle": "15", "keepalives_interval": "5", "keepalives_count": "3", "tcp_user_timeout": "30000",
    ]

    private static func parse(_ url: String) throws(PostgresError) -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &message) else {
            // libpq's message quotes the string, and with it the password.
            PQfreemem(message)
            throw PostgresError(.connectionFailed, "the connection string is malformed")
        }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }
}

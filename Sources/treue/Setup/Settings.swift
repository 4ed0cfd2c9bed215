import ArgumentParser
import Foundation
import HTTPAPI
import Logging

/// What every command takes: flags, then `TREUE_*` variables, then the file named by `--config`, then the default.
struct SettingsOptions: ParsableArguments {
    @Option(help: "A file of lines such as TREUE_HTTP_PORT=8080.")
    var config: String?

    @Option(help: "PostgreSQL, as a libpq URI or connection string (TREUE_DATABASE_URL).")
    var databaseURL: String?

    @Option(help: "Private cluster and keys (TREUE_DATA_DIR).")
    var dataDir: String?

    @Option(help: "Published at start when the database has no programme (TREUE_PROGRAMME).")
    var programme: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical (TREUE_LOG_LEVEL).")
    var logLevel: String?

    @Option(help: "text or json (TREUE_LOG_FORMAT).")
    var logFormat: String?

    @Option(
        help: "What Shopify signs its webhooks with (TREUE_SHOPIFY_SECRET; safer there, where ps does not show it).")
    var shopifySecret: String?

    @Option(help: "What WooCommerce signs its webhooks with (TREUE_WOOCOMMERCE_SECRET).")
    var woocommerceSecret: String?

    func settings() throws -> Settings { try Settings(self, environment: ProcessInfo.processInfo.environment) }
}

/// The configuration of one run.
struct Settings: Sendable {
    var databaseURL: String?
    var dataDirectory: String
    var programmePath: String?
    var host: String
    var port: Int
    var logLevel: Logger.Level
    var logsJSON: Bool
    var connectors = ConnectorSecrets()
    /// Whether webhooks may go to private addresses, and over plain `http`.
    var webhooksMayBePrivate: Bool

    init(_ options: SettingsOptions, environment: [String: String]) throws {
        let file = try options.config.map(Settings.read) ?? [:]
        func value(_ flag: String?, _ name: String) -> String? {
            [flag, environment[name], file[name]].compactMap { $0 }.first { !$0.isEmpty }
        }
        databaseURL = value(options.databaseURL, "TREUE_DATABASE_URL")
        dataDirectory = value(options.dataDir, "TREUE_DATA_DIR") ?? ".treue"
        programmePath = value(options.programme, "TREUE_PROGRAMME")
        host = value(nil, "TREUE_HTTP_HOST") ?? "127.0.0.1"
        let portText = value(nil, "TREUE_HTTP_PORT") ?? "8080"
        guard let port = Int(portText), (0...65_535).contains(port) else {
            throw Fault(cannot: "TREUE_HTTP_PORT is \(portText), but must be a port from 0 to 65535")
        }
        self.port = port
        let level = value(options.logLevel, "TREUE_LOG_LEVEL") ?? "info"
        guard let logLevel = Logger.Level(rawValue: level) else {
            let known = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw Fault(cannot: "TREUE_LOG_LEVEL is \(level), but must be one of \(known)")
        }
        self.logLevel = logLevel
        let format = value(options.logFormat, "TREUE_LOG_FORMAT") ?? (isatty(STDERR_FILENO) == 1 ? "text" : "json")
        guard format == "text" || format == "json" else {
            throw Fault(cannot: "TREUE_LOG_FORMAT is \(format), but must be text or json")
        }
        logsJSON = format == "json"
        func secrets(_ flag: String?, _ name: String) -> [String] {
            [value(flag, name), value(nil, "\(name)_PREVIOUS")].compactMap { $0 }
        }
        connectors = ConnectorSecrets(
            shopify: secrets(options.shopifySecret, "TREUE_SHOPIFY_SECRET"),
            wooCommerce: secrets(options.woocommerceSecret, "TREUE_WOOCOMMERCE_SECRET"))
        let network = value(nil, "TREUE_WEBHOOK_PRIVATE_NETWORK") ?? "refuse"
        guard network == "refuse" || network == "allow" else {
            throw Fault(cannot: "TREUE_WEBHOOK_PRIVATE_NETWORK is \(network), but must be allow or refuse")
        }
        webhooksMayBePrivate = network == "allow"
    }

    /// Lines of `NAME=value`; empty lines and those that begin with `#` are passed over.
    private static func read(_ path: String) throws -> [String: String] {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw Fault(cannot: "--config names \(path), which cannot be read")
        }
        var values: [String: String] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let equals = line.firstIndex(of: "="), line.hasPrefix("TREUE_") else {
                throw Fault(cannot: "\(path):\(index + 1): expected a line such as TREUE_HTTP_PORT=8080")
            }
            values[String(line[..<equals]).trimmingCharacters(in: .whitespaces)] =
                line[line.index(after: equals)...].trimmingCharacters(in: .whitespaces)
        }
        return values
    }
}

import ArgumentParser
import Foundation
import HTTPAPI

/// What `treue serve` takes about who may ask, how often, and over which connection.
struct LockOptions: ParsableArguments {
    @Option(help: "The keys of members' tokens, a JSON Web Key Set (TREUE_JWKS_FILE).")
    var jwksFile: String?

    @Option(help: "The same, at an https URL (TREUE_JWKS_URL).")
    var jwksURL: String?

    @Option(help: "What `iss` of a member's token must be (TREUE_JWT_ISSUER).")
    var jwtIssuer: String?

    @Option(help: "What `aud` of a member's token must be or contain (TREUE_JWT_AUDIENCE).")
    var jwtAudience: String?

    @Option(help: "Requests a second for each key; any number unless given (TREUE_RATE_LIMIT).")
    var rateLimit: String?

    @Option(help: "Requests at once for each key; as many as in a second unless given (TREUE_RATE_BURST).")
    var rateBurst: String?

    @Option(help: "Requests under way at a time (TREUE_REQUEST_LIMIT).")
    var requestLimit: String?

    @Option(help: "Connections at a time (TREUE_CONNECTION_LIMIT).")
    var connectionLimit: String?

    @Option(help: "Origins whose pages may ask, with commas between; * for all (TREUE_CORS_ORIGINS).")
    var corsOrigins: String?

    @Option(help: "A certificate in PEM: speak TLS and HTTP/2 (TREUE_TLS_CERTIFICATE).")
    var tlsCertificate: String?

    @Option(help: "The certificate's key in PEM (TREUE_TLS_KEY).")
    var tlsKey: String?
}

/// The same, read.
struct LockSettings {
    /// Whose members' tokens are believed; nil for nobody's.
    let tokens: MemberTokenConfiguration?
    private let rateLimit: Int?
    private let rateBurst: Int?
    private let requestLimit: Int?
    private let connectionLimit: Int?
    private let crossOrigins: [String]
    private let security: TransportSecurity?

    init(_ options: LockOptions, _ settings: Settings) throws {
        func count(_ flag: String?, _ name: String) throws -> Int? {
            try settings.value(flag, name).map { text in
                guard let number = Int(text), 1...1_000_000 ~= number else {
                    throw Fault(cannot: "\(name) is \(text), but must be a whole number from 1 to 1000000")
                }
                return number
            }
        }
        rateLimit = try count(options.rateLimit, "TREUE_RATE_LIMIT")
        rateBurst = try count(options.rateBurst, "TREUE_RATE_BURST")
        requestLimit = try count(options.requestLimit, "TREUE_REQUEST_LIMIT")
        connectionLimit = try count(options.connectionLimit, "TREUE_CONNECTION_LIMIT")
        crossOrigins = try Self.origins(settings.value(options.corsOrigins, "TREUE_CORS_ORIGINS"))
        tokens = try Self.tokens(options, settings)
        security = try Self.security(options, settings)
    }

    func apply(to configuration: inout HTTPConfiguration) {
        (configuration.ratePerSecond, configuration.rateBurst) = (rateLimit, rateBurst)
        configuration.requestLimit = requestLimit ?? configuration.requestLimit
        configuration.connectionLimit = connectionLimit ?? configuration.connectionLimit
        (configuration.crossOrigins, configuration.security) = (crossOrigins, security)
    }

    private static func origins(_ text: String?) throws -> [String] {
        let origins = (text ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        for origin in origins where origin != "*" {
            // A browser sends scheme, host and port, and nothing else: anything more would never match.
            guard let parts = URLComponents(string: origin), ["http", "https"].contains(parts.scheme),
                parts.host != nil, parts.path.isEmpty, parts.query == nil, origin == origin.lowercased()
            else {
                throw Fault(cannot: "TREUE_CORS_ORIGINS has \(origin), which is no origin such as https://shop.example")
            }
        }
        return origins
    }

    private static func tokens(_ options: LockOptions, _ settings: Settings) throws -> MemberTokenConfiguration? {
        let file = settings.value(options.jwksFile, "TREUE_JWKS_FILE")
        let url = settings.value(options.jwksURL, "TREUE_JWKS_URL")
        let issuer = settings.value(options.jwtIssuer, "TREUE_JWT_ISSUER")
        let audience = settings.value(options.jwtAudience, "TREUE_JWT_AUDIENCE")
        if file == nil, url == nil { return nil }
        guard file == nil || url == nil else {
            throw Fault(cannot: "TREUE_JWKS_FILE and TREUE_JWKS_URL are both given; keep one")
        }
        guard let issuer, let audience else {
            throw Fault(
                cannot:
                    "\(file == nil ? "TREUE_JWKS_URL" : "TREUE_JWKS_FILE") needs TREUE_JWT_ISSUER and TREUE_JWT_AUDIENCE beside it"
            )
        }
        let keys = file.map { MemberTokenConfiguration.KeySource.file($0) } ?? .url(url ?? "")
        return MemberTokenConfiguration(keys: keys, issuer: issuer, audience: audience)
    }

    private static func security(_ options: LockOptions, _ settings: Settings) throws -> TransportSecurity? {
        let certificate = settings.value(options.tlsCertificate, "TREUE_TLS_CERTIFICATE")
        let key = settings.value(options.tlsKey, "TREUE_TLS_KEY")
        switch (certificate, key) {
        case (nil, nil): return nil
        case (let certificate?, let key?):
            do {
                return try TransportSecurity(certificate: certificate, key: key)
            } catch {
                throw Fault(cannot: "\(error)")
            }
        default: throw Fault(cannot: "TREUE_TLS_CERTIFICATE and TREUE_TLS_KEY go together; one is missing")
        }
    }
}

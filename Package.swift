// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

/// A target of ours: same settings everywhere, tests beside it under `Tests/<name>Tests`.
func room(_ name: String, uses dependencies: [Target.Dependency] = [], at path: String? = nil) -> Target {
    .target(name: name, dependencies: dependencies, path: path, swiftSettings: settings)
}

func tests(of name: String, uses dependencies: [Target.Dependency] = [], excluding: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.init(stringLiteral: name)] + dependencies, exclude: excluding,
        swiftSettings: settings)
}

let collections = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let hummingbirdHTTP2 = Target.Dependency.product(name: "HummingbirdHTTP2", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let jwtKit = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "treue",
    products: [.executable(name: "treue", targets: ["treue"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: [
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .target(name: "CDocuments"),
        .target(
            name: "Schema", dependencies: ["CDocuments"], path: "schema",
            exclude: ["openapi.yaml", "programme.schema.json"], resources: [.embedInCode("postgres")],
            swiftSettings: settings),
        room("Postgres", uses: ["CLibPQ", logging]),
        room("PostgresServer", uses: [logging]),
        room("EventLog", uses: ["Postgres", "Schema", collections, crypto, logging]),
        room("Loyalty"),
        room("Wire", uses: ["Loyalty", crypto, yams]),
        room("Projections", uses: ["Postgres", "EventLog", "Loyalty", "Wire", crypto, logging]),
        room(
            "LoyaltyService",
            uses: ["Postgres", "EventLog", "Loyalty", "Wire", "Projections", crypto, logging]),
        room("Webhooks", uses: ["Wire", "LoyaltyService", httpClient, nio, nioHTTP1, nioPosix]),
        room(
            "HTTPAPI",
            uses: [
                "Schema", "EventLog", "Loyalty", "Wire", "Projections", "LoyaltyService", crypto, hummingbird,
                hummingbirdCore, httpTypes, lifecycle, nio, nioHTTPTypes, logging, yams, jwtKit, httpClient,
                hummingbirdHTTP2, nioHTTP1, nioTLS, nioSSL,
            ]),
        .executableTarget(
            name: "treue",
            dependencies: [
                "Schema", "Postgres", "PostgresServer", "EventLog", "Loyalty", "Wire", "Projections", "LoyaltyService",
                "Webhooks", "HTTPAPI", arguments, crypto, hummingbird, lifecycle, logging, nio, signals,
            ], swiftSettings: settings),
        .executableTarget(
            name: "treue-count", dependencies: ["Loyalty", "Wire"], path: "Benchmarks/Count", swiftSettings: settings),
        room("TestSupport", uses: ["PostgresServer"]),
        tests(of: "Postgres", uses: ["TestSupport", logging]),
        tests(of: "PostgresServer", uses: ["TestSupport", logging]),
        tests(of: "EventLog", uses: ["Postgres", "Schema", "TestSupport", logging, crypto]),
        tests(of: "Loyalty"),
        tests(of: "Wire", uses: ["Loyalty", yams], excluding: ["Fixtures"]),
        tests(
            of: "Projections",
            uses: ["Postgres", "EventLog", "Loyalty", "LoyaltyService", "Wire", "TestSupport", logging]),
        tests(
            of: "LoyaltyService",
            uses: ["Postgres", "EventLog", "Loyalty", "Wire", "Projections", "TestSupport", crypto, logging]),
        tests(of: "Webhooks", uses: ["LoyaltyService", "Wire", nio, nioPosix]),
        tests(of: "treue", uses: ["Loyalty", "Wire"]),
        tests(
            of: "HTTPAPI",
            uses: [
                "Schema", "Postgres", "EventLog", "Loyalty", "LoyaltyService", "Projections", "Wire", "TestSupport",
                hummingbird, hummingbirdCore, hummingbirdTesting, httpTypes,
                nio, nioEmbedded, nioHTTP1, nioSSL, httpClient, logging, crypto, jwtKit,
            ]),
        // Only the built program: it lies beside the tests, because a build of all tests builds it too.
        .testTarget(
            name: "AcceptanceTests", exclude: ["RealData/oracle.sql", "Support/receiver.py"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.2
import PackageDescription

// The domain and its tests alone, so that the properties can be tried on many histories in release, where the whole of
// Treue would take long to build. The folders are links: there is one domain. See script/properties.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "properties",
    targets: [
        .target(name: "Loyalty", swiftSettings: settings),
        .testTarget(name: "LoyaltyTests", dependencies: ["Loyalty"], swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

// swift-tools-version: 6.2
import PackageDescription

/// How wdfilterd is linked too.
let compact = ["-use-ld=lld"] + ["-z", "pack-relative-relocs", "--no-export-dynamic"].flatMap { ["-Xlinker", $0] }

let package = Package(
    name: "Peers",
    dependencies: [
        // Without its default traits it needs no ICU: it starts faster and stays smaller.
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: [])
    ],
    targets: [
        .executableTarget(
            name: "HummingbirdPeer",
            dependencies: [.product(name: "Hummingbird", package: "hummingbird")],
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .treatAllWarnings(as: .error),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("InternalImportsByDefault"),
            ],
            linkerSettings: [.unsafeFlags(compact)]
        )
    ]
)

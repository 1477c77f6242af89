// swift-tools-version: 6.2
import PackageDescription

/// What every Swift target is held to.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // Takes 4 to 6 % of the instructions of a message or a request. Builds for tests check.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

/// How the program that is deployed is linked: relocations as bit maps, and no symbols for libraries except those asked for.
/// It starts faster, and fewer pages stay in memory.
let compact = ["-use-ld=lld"] + ["-z", "pack-relative-relocs", "--no-export-dynamic"].flatMap { ["-Xlinker", $0] }

/// A Swift target; the arrows of ARCHITECTURE.md are the dependencies named here and no others.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// A test target.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let deques = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heaps = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "wdfilterd",
    products: [.executable(name: "wdfilterd", targets: ["wdfilterd"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    ],
    targets: [
        // C libraries
        .systemLibrary(name: "CMicroHTTPD", pkgConfig: "libmicrohttpd", providers: [.apt(["libmicrohttpd-dev"])]),
        .systemLibrary(name: "CGnuTLS", pkgConfig: "gnutls", providers: [.apt(["libgnutls28-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(name: "CEpoll"),
        .target(name: "CSimdJSON", linkerSettings: [.linkedLibrary("simdjson")]),
        .target(name: "CLateLibrary"),
        .target(name: "CCurl", dependencies: ["CLateLibrary"]),
        .target(name: "CArchive", dependencies: ["CLateLibrary"]),
        .target(name: "CExpat", dependencies: ["CLateLibrary"]),
        .target(name: "CZlib", dependencies: ["CLateLibrary"]),
        .target(name: "COpenAPI"),
        .target(name: "CDashboard", exclude: ["www"]),
        .target(name: "CReport"),

        // Foundations: know nothing of drivers
        library("Locking"),
        library("Bytes"),
        library("Curl", ["CCurl"]),
        .target(
            name: "MicroHTTPD", dependencies: ["CMicroHTTPD", "CGnuTLS", "Locking", "Bytes"], swiftSettings: strict,
            // libmicrohttpd is to find it (decision 15).
            linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic-symbol=epoll_wait"])]),
        library("JSON", ["CSimdJSON", "Bytes"]),
        library("YAML", ["CYAML", "Bytes"]),
        library("RecordText", ["Bytes"]),
        library("HTML", ["Bytes"]),

        // The driver
        library("Messages", ["Bytes"]),
        library("Dumps", ["Messages", "JSON", "Bytes"]),
        library("Driver", ["Messages", "Locking", "Bytes", deques]),
        library("Runtime", ["Driver", "Messages", "Locking", "Bytes", deques, heaps]),
        library("DriverJSON", ["Driver", "Messages", "JSON", "Bytes"]),

        // The engine's side
        library(
            "WebhookEngine",
            [
                "Driver", "Messages", "DriverJSON", "JSON", "Locking", "Bytes", "Curl", "CEpoll", "CGnuTLS", deques,
                heaps,
            ]),

        library("Engines", ["WebhookEngine", "Runtime", "DriverJSON", "Driver", "Messages", "JSON", "Bytes"]),

        // Recordings, the API, the executable
        library(
            "Replay",
            ["RecordText", "DriverJSON", "Driver", "Messages", "JSON", "Locking", "Bytes", "CExpat", deques, heaps]),
        library("Vocabulary", ["Replay", "Driver", "Messages", "Bytes"]),
        library("HTMLReport", ["HTML", "Replay", "Driver", "Messages", "JSON", "Bytes", "CReport", "CGnuTLS"]),
        library(
            "NotificationAPI",
            [
                "Driver", "Messages", "Runtime", "DriverJSON", "WebhookEngine", "Engines", "Replay", "RecordText",
                "HTMLReport", "Vocabulary",
                "JSON", "YAML",
                "MicroHTTPD", "Locking", "Bytes", "COpenAPI", "CDashboard", "CGnuTLS", logging,
            ]),
        library(
            "Scenarios",
            [
                "Replay", "Engines", "Runtime", "DriverJSON", "Driver", "Messages", "JSON", "Locking", "Bytes",
            ]),
        library("Recordings", ["RecordText", "CArchive", "CZlib", "Bytes"]),
        library(
            "Settings",
            ["NotificationAPI", "Engines", "WebhookEngine", "Runtime", "Driver", "JSON", "YAML", "Bytes", logging]),
        library(
            "ScenarioFile",
            [
                "Scenarios", "Replay", "Engines", "WebhookEngine", "Runtime", "DriverJSON", "Driver", "Messages",
                "JSON", "YAML",
                "Bytes",
                "CPCRE2",
            ]),
        library(
            "TestCommand",
            [
                "Console", "ScenarioFile", "Scenarios", "Settings", "WebhookEngine", "Replay", "HTMLReport", "HTML",
                "Recordings", "Curl",
                "Engines", "Runtime", "DriverJSON", "Driver", "Messages", "JSON", "Locking", "Bytes", arguments,
            ]),
        library(
            "Console",
            [
                "Settings", "Replay", "Runtime", "Curl", "Messages", "JSON", "Locking", "Bytes", arguments, logging,
                deques,
            ]),
        library(
            "ReplayCommand",
            [
                "Console", "Settings", "Replay", "Recordings", "NotificationAPI", "Engines", "WebhookEngine",
                "HTMLReport", "HTML",
                "DriverJSON",
                "Driver", "Messages", "Runtime", "JSON", "Locking", "Bytes", arguments, logging,
            ]),
        .executableTarget(
            name: "wdfilterd",
            dependencies: [
                "ReplayCommand", "TestCommand", "ScenarioFile", "Console", "NotificationAPI", "Settings", "Driver",
                "Messages", "Dumps",
                "Runtime", "DriverJSON", "Replay", "WebhookEngine", "Vocabulary", "MicroHTTPD", "JSON", "Locking",
                "Bytes",
                "CMicroHTTPD", "Curl", "CGnuTLS", "CArchive", "CExpat", "CPCRE2", "CYAML", arguments, logging,
            ],
            swiftSettings: strict, linkerSettings: [.unsafeFlags(compact, .when(configuration: .release))]),

        // Tests
        .target(
            name: "TestSupport", dependencies: ["Driver", "Messages", "Runtime", "Locking", deques],
            path: "Tests/TestSupport",
            swiftSettings: strict),
        .target(
            name: "TestCertificates", dependencies: ["CGnuTLS"], path: "Tests/TestCertificates", swiftSettings: strict),
        .target(
            name: "MicroHTTPDTesting", dependencies: ["MicroHTTPD"], path: "Tests/MicroHTTPDTesting",
            swiftSettings: strict),
        .target(name: "DumpsTesting", path: "Tests/DumpsTesting", swiftSettings: strict),
        .target(name: "HTMLTesting", path: "Tests/HTMLTesting", swiftSettings: strict),
        .target(name: "YAMLTesting", dependencies: ["YAML"], path: "Tests/YAMLTesting", swiftSettings: strict),
        tests("BytesTests", ["Bytes"]),
        tests("CurlTests", ["Curl", "MicroHTTPD"]),
        tests("JSONTests", ["JSON"]),
        tests("JSONThreadTests", ["JSON"]),
        tests("YAMLTests", ["YAML"]),
        tests("HTMLTests", ["HTML", "HTMLTesting"]),
        tests(
            "HTMLReportTests",
            ["HTMLReport", "HTML", "HTMLTesting", "Replay", "Driver", "Messages", "JSON", "CReport", "TestSupport"]),
        tests("RecordTextTests", ["RecordText", "Bytes", "TestSupport"]),
        tests("ScenarioFileTests", ["ScenarioFile", "JSON"]),
        tests("AccessTests", ["NotificationAPI"]),
        tests(
            "MicroHTTPDTests",
            ["MicroHTTPD", "MicroHTTPDTesting", "Locking", "TestCertificates", "TestSupport", "CGnuTLS"]),
        tests("MessagesTests", ["Messages", "TestSupport"]),
        tests("DumpsTests", ["Dumps", "DumpsTesting", "Messages", "Bytes", "TestSupport"]),
        tests("DriverTests", ["Driver", "Messages", "Locking", "TestSupport"]),
        tests("RuntimeTests", ["Runtime", "Driver", "Messages", "Locking", "TestSupport"]),
        tests("DriverJSONTests", ["DriverJSON", "Driver", "Messages", "JSON", "TestSupport"]),
        tests("VocabularyTests", ["Vocabulary", "Replay", "Driver", "Messages"]),
        .testTarget(
            name: "RecordingsTests", dependencies: ["Recordings", "CArchive", "TestSupport"], swiftSettings: strict,
            // For the functions that write archives.
            linkerSettings: [.linkedLibrary("archive")]),
        tests("EmbeddedEngineTests", ["Runtime", "Driver", "Messages", "Locking"]),
        tests(
            "WebhookEngineTests",
            [
                "WebhookEngine", "DriverJSON", "Driver", "Messages", "JSON", "Locking", "Bytes", "Curl", "CGnuTLS",
                "TestCertificates", "TestSupport",
            ]),
        tests(
            "ReplayTests",
            ["Replay", "Driver", "Messages", "Runtime", "JSON", "Locking", "TestSupport"]),
        tests("VirtualTimeTests", ["Runtime", "Driver", "Messages", "Locking"]),
        tests(
            "NotificationAPITests",
            [
                "NotificationAPI", "Replay", "WebhookEngine", "MicroHTTPD", "Runtime", "DriverJSON", "Driver",
                "Messages", "JSON", "YAML", "YAMLTesting", "Locking", "TestSupport", logging,
            ]),
        tests(
            "ChaosTests",
            [
                "NotificationAPI", "WebhookEngine", "MicroHTTPD", "Runtime", "Driver", "Messages", "JSON", "Locking",
                "TestSupport", logging,
            ]),
        tests(
            "SettingsTests",
            ["Settings", "NotificationAPI", "WebhookEngine", "Runtime", "Driver", "Messages", "YAML", "YAMLTesting"]),
        tests(
            "CommandTests",
            [
                "wdfilterd", "Console", "Settings", "WebhookEngine", "MicroHTTPD", "Runtime", "Driver", "Messages",
                "Dumps", "Locking", "TestCertificates", "TestSupport", arguments, logging,
            ]),
        tests(
            "ScenarioRunTests",
            ["ScenarioFile", "Scenarios", "DriverJSON", "Driver", "Messages", "JSON", "Locking", "TestSupport"]),
        tests("TestCommandTests", ["TestCommand", "Console", "Scenarios", "HTMLTesting", "JSON"]),
        tests("ConsoleTests", ["Console", "Settings", "Locking", "TestSupport", logging]),
        tests(
            "ReplayCommandTests",
            [
                "ReplayCommand", "Console", "Settings", "Replay", "HTMLReport", "HTMLTesting", "Driver", "Messages",
                "Runtime", "Locking", "Bytes", arguments,
            ]),
    ],
    cxxLanguageStandard: .cxx20
)

// Only these tests, so that nobody builds what a sanitizer does not run: `make asan`, `make tsan`.
if let names = Context.environment["WDFILTERD_TESTS"]?.split(separator: " ") {
    for name in names where !package.targets.contains(where: { $0.type == .test && $0.name == name }) {
        fatalError("WDFILTERD_TESTS has \(name), which is not a test target")
    }
    package.targets.removeAll { $0.type == .test && !names.contains($0.name[...]) }
}

// Fuzz targets, which link with libFuzzer alone: `make fuzz`.
if Context.environment["WDFILTERD_FUZZ"] != nil {
    func fuzzer(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
        .executableTarget(
            name: "Fuzz" + name, dependencies: ["FuzzFinding"] + dependencies, path: "Fuzz/" + name,
            exclude: ["corpus", "words.dict"],
            swiftSettings: strict + [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])])
    }
    package.targets += [
        .target(name: "FuzzFinding", path: "Fuzz/Finding", swiftSettings: strict),
        .target(
            name: "FuzzEventFeed",
            dependencies: [
                "FuzzFinding", "Replay", "HTMLReport", "HTMLTesting", "Driver", "Messages", "Locking", "TestSupport",
            ],
            path: "Fuzz/EventFeed", swiftSettings: strict),
        fuzzer("Messages", ["Messages"]),
        fuzzer("Dumps", ["Dumps", "DumpsTesting", "Messages", "Bytes"]),
        fuzzer("JSON", ["JSON", "DriverJSON", "Driver", "Messages"]),
        fuzzer("ScenarioFile", ["ScenarioFile", "JSON"]),
        fuzzer("NativeEvents", ["FuzzEventFeed", "Replay"]),
        fuzzer("SysmonEvents", ["FuzzEventFeed", "Replay"]),
        fuzzer(
            "HTTP",
            [
                "NotificationAPI", "MicroHTTPD", "MicroHTTPDTesting", "WebhookEngine", "Driver", "JSON", "Locking",
                "TestSupport", "YAML", "YAMLTesting", logging,
            ]),
    ]
}

// The driver without its service, measured: `make bench-core`.
if Context.environment["WDFILTERD_BENCH"] != nil {
    package.targets.append(
        .executableTarget(
            name: "BenchCore", dependencies: ["Driver", "Messages"], path: "Benchmarks/Core", swiftSettings: strict))
}

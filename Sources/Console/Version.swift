/// What this program is.
enum Version {
    /// The version; `-dev` marks one that is not released. A test holds openapi.yaml and CHANGELOG.md against it.
    static let current = "0.2.0-dev"

    /// How it was built.
    static var build: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    /// The version of Swift's standard library.
    static var swift: String { "\(_SwiftStdlibVersion.current)" }
}

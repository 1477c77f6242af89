/// What this program is.
enum Version {
    /// The version, as in CHANGELOG.md.
    static let current = "0.1.0"

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

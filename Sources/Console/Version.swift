/// The version of this program.
public enum Version {
    /// The version; `-dev` marks an unreleased one. A test compares openapi.yaml and CHANGELOG.md with it.
    public static let current = "0.2.0-dev"

    /// Build configuration.
    public static var build: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    /// The version of Swift's standard library.
    public static var swift: String { "\(_SwiftStdlibVersion.current)" }
}

/// What this program is.
public enum Version {
    /// The version; `-dev` marks one that is not released. A test holds openapi.yaml and CHANGELOG.md against it.
    public static let current = "0.2.0-dev"

    /// How it was built.
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

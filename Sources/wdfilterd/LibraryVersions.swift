import CArchive
import CGnuTLS
import CMicroHTTPD
import Curl
import JSON

/// The versions of the C libraries, as they report them at run time.
struct LibraryVersions {
    /// Each library with its version.
    let list: [(name: String, version: String)]

    /// The libraries that this process uses.
    static var linked: LibraryVersions {
        LibraryVersions(list: [
            ("libmicrohttpd", text(MHD_get_version())),
            ("libcurl", CurlLibrary.version),
            ("gnutls", text(gnutls_check_version(nil))),
            ("simdjson", JSONDocument.libraryVersion),
            ("libarchive", archiveVersion),
        ])
    }

    /// `libarchive 3.6.2` without the name.
    private static var archiveVersion: String {
        String(text(archive_version_string()).split(separator: " ").last ?? "unknown")
    }

    private static func text(_ string: UnsafePointer<CChar>?) -> String {
        string.map { String(cString: $0) } ?? "unknown"
    }
}

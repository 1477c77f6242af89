import CArchive
import CExpat
import CGnuTLS
import CMicroHTTPD
import CPCRE2
import CYAML
import Curl
import JSON

/// The versions of the C libraries, as they report them at run time.
struct LibraryVersions {
    /// Each library with its version.
    let list: [(name: String, version: String)]

    /// The libraries that are loaded at the start.
    static var linked: LibraryVersions {
        LibraryVersions(list: table.filter { !$0.isLate }.map { ($0.name, $0.version()) })
    }

    /// All libraries. Late ones are loaded for this.
    static var all: LibraryVersions { LibraryVersions(list: table.map { ($0.name, $0.version()) }) }

    /// The libraries. A late one is loaded when it is first used (decision 38).
    private static let table: [(name: String, isLate: Bool, version: @Sendable () -> String)] = [
        ("libmicrohttpd", false, { text(MHD_get_version()) }),
        ("libcurl", true, { CurlLibrary.version }),
        ("gnutls", false, { text(gnutls_check_version(nil)) }),
        ("simdjson", false, { JSONDocument.libraryVersion }),
        ("libarchive", true, { archiveVersion }),
        ("expat", true, { expatVersion }),
        ("pcre2", false, { pcreVersion }),
        ("libyaml", false, { text(yaml_get_version_string()) }),
    ]

    /// `libarchive 3.6.2` without the name.
    private static var archiveVersion: String {
        String(text(archive_version_string()).split(separator: " ").last ?? "unknown")
    }

    /// `expat_2.5.0` without the name.
    private static var expatVersion: String {
        String(text(XML_ExpatVersion()).split(separator: "_").last ?? "unknown")
    }

    /// `10.42 2022-12-11` without the date.
    private static var pcreVersion: String {
        let text = withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { buffer in
            let length = pcre2_config_8(UInt32(PCRE2_CONFIG_VERSION), buffer.baseAddress)
            return String(decoding: buffer.prefix(max(0, Int(length) - 1)), as: UTF8.self)
        }
        return String(text.split(separator: " ").first ?? "unknown")
    }

    private static func text(_ string: UnsafePointer<CChar>?) -> String {
        string.map { String(cString: $0) } ?? "unknown"
    }
}

import CGnuTLS
public import HTML
import JSON

/// The page around a report: one file that asks for nothing and runs nothing but its own script (REP-2).
public struct ReportFrame {
    private let title: String

    /// A page with a title.
    public init(_ title: String) { self.title = title }

    /// The page with the header and the main part that are written.
    public func page(
        header: (inout HTMLWriter) -> Void, main: (inout HTMLWriter) -> Void
    ) -> [UInt8] {
        var html = HTMLWriter()
        html.doctype()
        html.element(.html, .lang("en")) { html in
            html.newline()
            html.element(.head) { writeHead(to: &$0) }
            html.newline()
            html.element(.body) { html in
                html.newline()
                html.element(.header, body: header)
                html.newline()
                html.element(.main, body: main)
                html.newline()
                html.script(.reportScript)
                html.newline()
            }
            html.newline()
        }
        html.newline()
        return html.bytes
    }

    private func writeHead(to html: inout HTMLWriter) {
        html.void(.meta, .utf8)
        html.void(.meta, .name("viewport"), .content("width=device-width"))
        html.void(.meta, .header("Content-Security-Policy"), .content(Self.policy))
        html.element(.title, text: title)
        html.newline()
        html.style(.reportStyle)
    }

    /// Nothing may be fetched, and no other style or script used: whatever a recording contains, it cannot run.
    static let policy =
        "default-src 'none'; style-src '\(hash(of: .reportStyle))'; script-src '\(hash(of: .reportScript))'; "
        + "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

    /// `sha256-` and the hash in base64.
    static func hash(of file: EmbeddedFile) -> String {
        let hash = [UInt8](unsafeUninitializedCapacity: 32) { room, count in
            let result = gnutls_hash_fast(GNUTLS_DIG_SHA256, file.bytes.baseAddress, file.bytes.count, room.baseAddress)
            // Fails only if the library's self-tests have failed or a policy forbids SHA-256.
            precondition(result == 0, "gnutls_hash_fast: \(result)")
            count = 32
        }
        return "sha256-" + Base64.encode(hash)
    }
}

import Bytes
import MicroHTTPD

/// index.html, in which the address of the request replaces the default one.
struct StartPage: Sendable {
    /// The address that the file names.
    static let defaultAuthority = "127.0.0.1:8080"

    private let before: [UInt8]
    private let after: [UInt8]

    /// The compiled-in file.
    static let compiledIn = StartPage(PageFile.named("index.html").map { Array($0.content.bytes) } ?? [])

    init(_ text: [UInt8]) {
        let place = text.firstRange(of: Array(StartPage.defaultAuthority.utf8)) ?? text.endIndex..<text.endIndex
        before = Array(text[..<place.lowerBound])
        after = Array(text[place.upperBound...])
    }

    /// The page for a request whose `Host` is `host`. A host that HTML would need to escape is not shown.
    func bytes(for host: String?) -> [UInt8] {
        before + (host.flatMap { $0.isPlainAuthority ? $0 : nil } ?? StartPage.defaultAuthority).utf8 + after
    }
}

extension String {
    /// Whether it has only letters, digits, `.`, `-`, `:` and brackets, which HTML need not escape.
    fileprivate var isPlainAuthority: Bool {
        !isEmpty && utf8.allSatisfy { $0.isLetterOrDigit || ".-:[]".utf8.contains($0) }
    }
}

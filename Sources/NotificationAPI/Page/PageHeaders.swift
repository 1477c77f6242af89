/// The headers of answers at the page's paths, which let browsers load and run only what this service serves (UI-3).
enum PageHeaders {
    /// Nothing from other origins, no inline code or styles, no markup from strings, no frames.
    private static let policy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
        "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    ].joined(separator: "; ")

    private static let all: [AnswerHeaders.Header] = [
        (name: "Content-Security-Policy", value: policy), (name: "Referrer-Policy", value: "no-referrer"),
        (name: "Cross-Origin-Opener-Policy", value: "same-origin"),
        (name: "Cross-Origin-Resource-Policy", value: "same-origin"),
    ]

    /// The headers of answers at `path`; none if it is not one of the page.
    static func list(for path: String) -> [AnswerHeaders.Header] {
        path == "/" || path == "/ui" || path.hasPrefix("/ui/") ? all : []
    }
}

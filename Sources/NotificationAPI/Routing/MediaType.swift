import MicroHTTPD

/// The media types that are given and taken.
enum MediaType: String {
    case json = "application/json"
    case mergePatch = "application/merge-patch+json"
    case ndjson = "application/x-ndjson"
    case problem = "application/problem+json"
    case yaml = "application/yaml"
    case html = "text/html; charset=utf-8"
    case text = "text/plain; charset=utf-8"
    case prometheus = "text/plain; version=0.0.4; charset=utf-8"

    /// `type/subtype` without parameters.
    var essence: Substring { rawValue.prefix { $0 != ";" } }

    /// Whether a `Content-Type` names this type, whatever its parameters and case.
    func matches(contentType: String) -> Bool {
        contentType == rawValue || contentType.prefix { $0 != ";" }.trimmed.lowercased() == essence
    }

    /// Whether an `Accept` header lets this type through; none lets everything.
    func isAccepted(by accept: [String]) -> Bool {
        if accept.isEmpty || accept == ["*/*"] { return true }
        let type = essence.prefix { $0 != "/" }
        var best: (precedence: Int, isAccepted: Bool)?
        for range in accept.lazy.flatMap({ $0.split(separator: ",") }) {
            let parts = range.split(separator: ";").map(\.trimmed)
            guard let name = parts.first?.lowercased() else { continue }
            let precedence: Int
            switch name {
            case String(essence): precedence = 3
            case type + "/*": precedence = 2
            case "*/*": precedence = 1
            default: continue
            }
            if precedence > best?.precedence ?? 0 {
                best = (precedence, !parts.dropFirst().contains(where: \.isZeroQuality))
            }
        }
        return best?.isAccepted ?? false
    }
}

extension Substring {
    var trimmed: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        let end = start.lastIndex { $0 != " " && $0 != "\t" }
        return end.map { start[...$0] } ?? ""
    }

    /// `q=0`, `q=0.0`, ... : not wanted at all.
    fileprivate var isZeroQuality: Bool {
        let text = lowercased()
        return text.hasPrefix("q=0") && text.dropFirst(3).allSatisfy { $0 == "." || $0 == "0" }
    }
}

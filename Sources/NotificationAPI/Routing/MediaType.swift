import Bytes
import MicroHTTPD

/// The media types of answers and bodies.
enum MediaType: String {
    case json = "application/json"
    case mergePatch = "application/merge-patch+json"
    case ndjson = "application/x-ndjson"
    case problem = "application/problem+json"
    case yaml = "application/yaml"
    case xml = "application/xml"
    case textXML = "text/xml"
    case html = "text/html; charset=utf-8"
    case css = "text/css; charset=utf-8"
    case javascript = "text/javascript; charset=utf-8"
    case svg = "image/svg+xml"
    case text = "text/plain; charset=utf-8"
    case prometheus = "text/plain; version=0.0.4; charset=utf-8"
    case octetStream = "application/octet-stream"
    case eventStream = "text/event-stream"

    /// `type/subtype` without parameters.
    var essence: Substring { rawValue.prefix { $0 != ";" } }

    /// Whether a `Content-Type` names this type, whatever its parameters and case.
    func matches(contentType: Span<UInt8>) -> Bool {
        let own = rawValue.utf8.span
        if contentType.isEqual(to: own) { return true }
        return contentType.extracting(contentType.essence).equalsIgnoringCase(own.extracting(own.essence))
    }

    /// The type among `offered` that an `Accept` header prefers, the first of several equally preferred; nil if the header
    /// excludes all of them. Without a header, the first.
    static func preferred(among offered: [MediaType], by accept: [String]) -> MediaType? {
        if accept.isEmpty || accept == ["*/*"] { return offered.first }
        let ranges = accept.flatMap { $0.split(separator: ",") }.map(MediaRange.init)
        var best: (type: MediaType, quality: Int)?
        for type in offered {
            let quality = ranges.filter { $0.covers(type) }.max { $0.precedence < $1.precedence }?.quality ?? 0
            if quality > best?.quality ?? 0 { best = (type, quality) }
        }
        return best?.type
    }
}

/// One of the ranges of an `Accept` header: `text/*;q=0.5` (RFC 9110, section 12.5.1).
private struct MediaRange {
    /// `type/subtype`, `type/*` or `*/*`, in lower case.
    private let name: String
    /// The weight in thousandths; 0 excludes the type.
    let quality: Int

    init(_ text: Substring) {
        let parts = text.split(separator: ";").map(\.trimmed)
        name = parts.first?.asciiLowercased ?? ""
        let weight = parts.dropFirst().first { $0.asciiLowercased.hasPrefix("q=") }?.dropFirst(2)
        quality = weight.map(MediaRange.thousandths) ?? 1000
    }

    /// The rank among ranges that cover a type: the most specific one decides.
    var precedence: Int { name == "*/*" ? 1 : name.hasSuffix("/*") ? 2 : 3 }

    func covers(_ type: MediaType) -> Bool {
        name == type.essence || name == type.essence.prefix { $0 != "/" } + "/*" || name == "*/*"
    }

    /// The weight in thousandths: 500 for `0.5`, 1000 for anything invalid.
    private static func thousandths(_ text: Substring) -> Int {
        let parts = text.split(separator: ".", maxSplits: 1)
        guard parts.first == "0" else { return 1000 }
        let digits = parts.dropFirst().first ?? ""
        guard digits.utf8.count <= 3, digits.isEmpty || Int(digits) != nil else { return 1000 }
        return Int(digits + String(repeating: "0", count: 3 - digits.utf8.count)) ?? 0
    }
}

extension Span where Element == UInt8 {
    /// Where `type/subtype` is, without parameters and the white space around it.
    fileprivate var essence: Range<Int> { trim(0..<(firstIndex(of: UInt8(ascii: ";")) ?? count)) }
}

extension Substring {
    var trimmed: Substring {
        let start = drop { $0 == " " || $0 == "\t" }
        let end = start.lastIndex { $0 != " " && $0 != "\t" }
        return end.map { start[...$0] } ?? ""
    }
}

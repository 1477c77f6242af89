import Bytes

/// The rules for custom headers of webhook requests.
public enum HeaderRules {
    /// Maximum number of custom headers.
    public static let maxCount = 32
    /// Maximum length of a name in bytes.
    public static let maxNameLength = 128
    /// Maximum length of a value in bytes.
    public static let maxValueLength = 4096

    /// Headers that the engine or libcurl sets, and hop-by-hop headers.
    private static let reserved: Set<String> = [
        "host", "content-length", "content-type", "transfer-encoding", "connection", "user-agent", "expect",
        "keep-alive", "proxy-connection", "te", "trailer", "upgrade",
    ]

    /// The faults in `headers`, in alphabetical order of the names.
    public static func faults(of headers: [String: String]) -> [(name: String, detail: String)] {
        var seen = Set<String>()
        var faults: [(name: String, detail: String)] = []
        for (number, (name, value)) in headers.sorted(by: { $0.key < $1.key }).enumerated() {
            if let detail = fault(name: name, value: value) {
                faults.append((name, detail))
            } else if !seen.insert(name.asciiLowercased).inserted {
                faults.append((name, "is set twice"))
            } else if number >= maxCount {
                faults.append((name, "exceeds the limit of \(maxCount) headers"))
            }
        }
        return faults
    }

    /// The fault in one header, as a phrase; nil if it is valid.
    public static func fault(name: String, value: String) -> String? {
        guard (1...maxNameLength).contains(name.utf8.count), name.utf8.span.isToken else {
            return "the name is not a token of 1 to \(maxNameLength) characters"
        }
        let lowercase = name.asciiLowercased
        guard !reserved.contains(lowercase), !lowercase.hasPrefix("webhook-"), !lowercase.hasPrefix("ce-") else {
            return "is reserved"
        }
        guard value.utf8.count <= maxValueLength else { return "the value has more than \(maxValueLength) bytes" }
        guard value.utf8.allSatisfy({ $0 == 0x09 || (0x20...0x7E).contains($0) }) else {
            return "the value contains characters other than printable ASCII"
        }
        let blanks: [UInt8?] = [0x09, 0x20]
        guard !blanks.contains(value.utf8.first), !blanks.contains(value.utf8.last) else {
            return "the value starts or ends with white space"
        }
        return nil
    }
}

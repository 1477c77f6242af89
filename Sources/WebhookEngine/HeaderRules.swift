import Bytes

/// Which custom headers an engine's requests may have.
public enum HeaderRules {
    /// Most headers that may be added.
    public static let maxCount = 32
    /// Most bytes of a name.
    public static let maxNameLength = 128
    /// Most bytes of a value.
    public static let maxValueLength = 4096

    /// Headers that are set by us, or that belong to one connection.
    private static let reserved: Set<String> = [
        "host", "content-length", "content-type", "transfer-encoding", "connection", "user-agent", "expect",
        "keep-alive", "proxy-connection", "te", "trailer", "upgrade",
    ]

    /// What is wrong with `headers`, by name in alphabetical order; empty when nothing is.
    public static func faults(of headers: [String: String]) -> [(name: String, detail: String)] {
        var seen = Set<String>()
        var faults: [(name: String, detail: String)] = []
        for (number, (name, value)) in headers.sorted(by: { $0.key < $1.key }).enumerated() {
            if let detail = fault(name: name, value: value) {
                faults.append((name, detail))
            } else if !seen.insert(name.asciiLowercased).inserted {
                faults.append((name, "is there twice"))
            } else if number >= maxCount {
                faults.append((name, "is one too many, at most \(maxCount) are allowed"))
            }
        }
        return faults
    }

    /// What is wrong with one header, as a phrase; nil when nothing is.
    public static func fault(name: String, value: String) -> String? {
        guard (1...maxNameLength).contains(name.utf8.count), name.utf8.allSatisfy(\.isTokenCharacter) else {
            return "the name is no token of 1 to \(maxNameLength) characters"
        }
        let lowercase = name.asciiLowercased
        guard !reserved.contains(lowercase), !lowercase.hasPrefix("webhook-"), !lowercase.hasPrefix("ce-") else {
            return "is not for others to set"
        }
        guard value.utf8.count <= maxValueLength else { return "the value has more than \(maxValueLength) bytes" }
        guard value.utf8.allSatisfy({ $0 == 0x09 || (0x20...0x7E).contains($0) }) else {
            return "the value has characters other than printable ASCII"
        }
        let blanks: [UInt8?] = [0x09, 0x20]
        guard !blanks.contains(value.utf8.first), !blanks.contains(value.utf8.last) else {
            return "the value begins or ends with white space"
        }
        return nil
    }
}

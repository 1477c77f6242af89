/// A writer for the Prometheus text format.
struct PrometheusText {
    private(set) var bytes: [UInt8] = []

    /// Removes the first `count` bytes, and frees the memory if it is large.
    mutating func removeFirst(_ count: Int) {
        if count == bytes.count {
            bytes.removeAll(keepingCapacity: bytes.capacity <= 65_536)
        } else {
            bytes.removeFirst(count)
        }
    }

    /// Writes the header of a metric.
    mutating func metric(_ name: String, _ type: String, _ help: String) {
        append("# HELP \(name) \(help)\n# TYPE \(name) \(type)\n")
    }

    /// Writes a sample; label values are escaped.
    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: some BinaryInteger) {
        sample(name, labels, String(value))
    }

    /// Writes a sample in seconds.
    mutating func sample(_ name: String, _ labels: [(String, String)], seconds: Double) {
        sample(name, labels, "\(seconds)")
    }

    private mutating func sample(_ name: String, _ labels: [(String, String)], _ value: String) {
        append(name)
        var separator = "{"
        for (label, text) in labels {
            append(separator)
            append(label)
            append("=\"")
            appendEscaped(text)
            append("\"")
            separator = ","
        }
        append(labels.isEmpty ? " " : "} ")
        append(value)
        append("\n")
    }

    private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

    private mutating func appendEscaped(_ value: String) {
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): append("\\\\")
            case UInt8(ascii: "\""): append("\\\"")
            case UInt8(ascii: "\n"): append("\\n")
            default: bytes.append(byte)
            }
        }
    }
}

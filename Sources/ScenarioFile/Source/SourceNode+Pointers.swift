extension SourceNode {
    /// The value at a JSON pointer below this one; nil if there is none.
    func node(at pointer: String) -> SourceNode? {
        var node = self
        for part in pointer.pointerNames {
            switch node.content {
            case .scalar: return nil
            case .list(let items):
                guard let index = Int(part), items.indices.contains(index) else { return nil }
                node = items[index]
            case .mapping:
                guard let value = node[part] else { return nil }
                node = value
            }
        }
        return node
    }

    /// The text of a scalar; nil for anything else.
    var text: String? { scalar?.text }
}

extension String {
    /// The names and indices of a JSON pointer, without its escapes (RFC 6901, section 4).
    var pointerNames: [String] {
        // Scalars: a name may begin with one that combines with the slash.
        unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
            String(String.UnicodeScalarView($0)).unescapingPointer
        }
    }

    private var unescapingPointer: String {
        guard utf8.contains(UInt8(ascii: "~")) else { return self }
        var name = String.UnicodeScalarView()
        var isEscape = false
        for scalar in unicodeScalars {
            switch scalar {
            case "~" where !isEscape: isEscape = true
            case "0" where isEscape: name.append("~"); isEscape = false
            case "1" where isEscape: name.append("/"); isEscape = false
            default: name.append(scalar); isEscape = false
            }
        }
        return String(name)
    }
}

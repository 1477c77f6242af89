/// Text and attributes of XML 1.0. Characters that it cannot hold become U+FFFD.
enum XMLText {
    /// `text` between tags.
    static func content(_ text: String) -> String { escape(text) { $0 == "\r" } }

    /// `text` in quotes. A reader would replace tabs and line ends by spaces.
    static func attribute(_ text: String) -> String {
        "\"" + escape(text) { $0 == "\t" || $0 == "\n" || $0 == "\r" } + "\""
    }

    private static func escape(_ text: String, asNumber: (Unicode.Scalar) -> Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            // Else ]]> could appear.
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case _ where asNumber(scalar): escaped += "&#\(scalar.value);"
            default: escaped.unicodeScalars.append(isAllowed(scalar) ? scalar : "\u{FFFD}")
            }
        }
        return escaped
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}

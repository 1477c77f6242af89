extension BinaryInteger {
    /// The number with a noun in the singular or the plural: `1 byte`, `8 bytes`. The plural has an s.
    public func counted(_ noun: String) -> String { self == 1 ? "1 \(noun)" : "\(self) \(noun)s" }

    /// `1 line was dropped`, `8 lines were dropped`.
    public func dropped(_ noun: String) -> String { "\(counted(noun)) \(self == 1 ? "was" : "were") dropped" }

    /// `1 further fault is not listed`, `8 further faults are not listed`.
    public var faultsNotListed: String { "\(counted("further fault")) \(self == 1 ? "is" : "are") not listed" }
}

extension Int {
    /// The number with digits in groups of three.
    public var grouped: String {
        let digits = String(self)
        var text = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place).isMultiple(of: 3), digits.utf8.first != UInt8(ascii: "-") || place > 1
            {
                text.append(",")
            }
            text.append(digit)
        }
        return text
    }
}

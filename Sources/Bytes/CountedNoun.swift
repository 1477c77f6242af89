extension BinaryInteger {
    /// The number with a noun in the singular or the plural: `1 byte`, `8 bytes`. The plural has an s.
    public func counted(_ noun: String) -> String { self == 1 ? "1 \(noun)" : "\(self) \(noun)s" }
}

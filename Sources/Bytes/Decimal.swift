extension UnsignedInteger where Self: FixedWidthInteger {
    /// Writes the number in decimal to the start of `text`, and returns the number of digits. `text` must have room for
    /// them: 10 bytes are enough for 32 bits, 20 for 64.
    @inlinable
    public func writeDecimal(to text: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var count = 0
        var rest = self
        repeat {
            count += 1
            rest /= 10
        } while rest != 0
        rest = self
        for place in stride(from: count - 1, through: 0, by: -1) {
            let (tens, digit) = rest.quotientAndRemainder(dividingBy: 10)
            text[place] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
            rest = tens
        }
        return count
    }
}

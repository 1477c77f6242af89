/// Converts text incrementally, from pieces that may be cut anywhere.
public protocol TextConverter {
    /// Converts `input` and appends the result to `output`, as far as it does not depend on later input.
    mutating func convert(_ input: UnsafeRawBufferPointer, into output: inout [UInt8])
    /// Appends the rest after the last piece.
    mutating func finish(into output: inout [UInt8])
}

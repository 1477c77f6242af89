/// Converts text incrementally, from pieces that may be cut anywhere.
public protocol TextConverter {
    /// Converts `input` and appends the result to `output`, as far as it does not depend on later input.
    mutating func convert(_ input: UnsafeRawBufferPointer, into output: inout [UInt8])
    /// Appends the rest after the last piece.
    mutating func finish(into output: inout [UInt8])
    /// Whether most lines pass unchanged.
    var passesLines: Bool { get }
    /// The length of the whole lines at the start of `input` that pass unchanged, and so need no `convert`.
    func passedLines(of input: UnsafeRawBufferPointer) -> Int
}

extension TextConverter {
    /// No line passes unchanged.
    public var passesLines: Bool { false }
    /// None.
    public func passedLines(of input: UnsafeRawBufferPointer) -> Int { 0 }
}

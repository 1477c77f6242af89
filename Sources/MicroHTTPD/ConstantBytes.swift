/// Immutable bytes that live until the process ends, so that answers need not copy them.
public struct ConstantBytes: @unchecked Sendable {  // nobody writes to the memory or frees it
    /// The bytes.
    public let bytes: UnsafeRawBufferPointer

    /// Copies `bytes`; the copy is never freed. For values that are created once.
    public init(copying bytes: [UInt8]) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        copy.copyBytes(from: bytes)
        self.bytes = UnsafeRawBufferPointer(copy)
    }

    /// Refers to static memory of the program.
    public init(of program: UnsafeBufferPointer<UInt8>) {
        bytes = UnsafeRawBufferPointer(program)
    }
}

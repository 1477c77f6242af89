/// Bytes that stay as they are until the process ends, so that answers may refer to them.
public struct ConstantBytes: @unchecked Sendable {  // nobody writes to the memory or frees it
    /// The bytes.
    public let bytes: UnsafeRawBufferPointer

    /// A copy of `bytes`, which is never freed: for what is made once.
    public init(copying bytes: [UInt8]) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        copy.copyBytes(from: bytes)
        self.bytes = UnsafeRawBufferPointer(copy)
    }

    /// Memory that is part of the program.
    public init(of program: UnsafeBufferPointer<UInt8>) {
        bytes = UnsafeRawBufferPointer(program)
    }
}

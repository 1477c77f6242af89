/// Bytes that a caller lends for the duration of a call: nothing keeps a reference to them.
struct BorrowedBytes: @unchecked Sendable {  // a C pointer, used by the calling thread alone
    let bytes: UnsafeRawBufferPointer
}

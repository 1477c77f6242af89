/// Bytes of the caller that are valid for the duration of a call.
struct BorrowedBytes: @unchecked Sendable {  // a C pointer, used by the calling thread alone
    let bytes: UnsafeRawBufferPointer
}

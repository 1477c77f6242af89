import FuzzFinding
import Messages

/// Arbitrary bytes are read as every structure, or found faulty; a message that is read without a remark is written as
/// the same bytes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMessages(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    for form in forms { check(Dissection(bytes, as: form)) }
    return 0
}

private let forms: [Dissection.Form] =
    [.detect, .async, .sync, .syncReply, .createProcessReply] + SyncOperation.allCases.map { .syncData($0) }

private func check(_ dissection: Dissection) {
    let isUnread = !dissection.faults.isEmpty || dissection.cutOff != nil
    expect((dissection.content == nil) == isUnread, "neither a message nor a fault")
    var next = 0
    for part in dissection.parts {
        expect(part.offset <= dissection.bytes.count - part.size, "a piece beyond the end")
        next = max(next, part.offset + part.size)
    }
    expect(next == dissection.bytes.count, "bytes that no piece covers")
    guard let content = dissection.content else { return }
    let written = content.bytes
    if dissection.remarks.isEmpty { expect(written == dissection.bytes, "written otherwise than it was read") }
    // A message that we wrote causes no remarks.
    switch content {
    case .async(let message): expect(Dissection(written).content == .async(message), "\(message)")
    case .sync(let message): expect(Dissection(written).content == .sync(message), "\(message)")
    case .syncData, .syncReply, .createProcessReply: break
    }
}

import FuzzFinding
import JSON

/// Arbitrary bytes are read as a document, or refused with one fault. A document that is read, written and read again
/// stays the same: as a tree, and as each kind of request, with the same faults at the same positions.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let tree: Tree
    do {
        tree = try JSONDocument.read(bytes) { Tree($0) }
    } catch {
        check(error)
        // Text that is not JSON for one reader is not JSON for the other.
        if error.isSyntax { expect(!isRecord(bytes), "\(error)") }
        return 0
    }
    expect(isRecord(bytes) == tree.isObject, "a document that is read as a record, or not")
    var writer = JSONWriter()
    tree.write(to: &writer)
    do {
        let again = try JSONDocument.read(writer.bytes) { Tree($0) }
        expect(again == tree, "written and read otherwise")
    } catch {
        finding("written, and not read: \(error)")
    }
    for shape in Shape.all { expect(shape.isReadAlike(bytes, writer.bytes), "a \(shape.name) reads otherwise") }
    return 0
}

/// Faults are unique, and each has a position.
func check(_ error: JSONFaults) {
    expect(!error.faults.isEmpty, "no fault and no value")
    expect(Set(error.faults).count == error.faults.count, "a fault is told twice: \(error)")
    for fault in error.faults {
        expect(fault.pointer.isEmpty || fault.pointer.utf8.first == UInt8(ascii: "/"), "\(fault)")
        expect(!fault.detail.isEmpty, "a fault without words")
    }
}

extension JSONFaults {
    /// Whether the text is not JSON, which is one fault of the whole text.
    fileprivate var isSyntax: Bool {
        faults.count == 1 && faults[0].pointer.isEmpty && faults[0].detail != Tree.nul
    }
}

/// Whether `bytes` can be a line of a recording.
private func isRecord(_ bytes: [UInt8]) -> Bool {
    bytes.withUnsafeBytes { (try? RecordParser().parse($0)) != nil }
}

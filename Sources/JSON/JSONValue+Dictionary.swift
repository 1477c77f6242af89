import CSimdJSON

extension JSONValue {
    /// An object whose names are data: at most `maxCount` members, no duplicate names, and names of at most `maxUTF16`
    /// units without NUL.
    public func dictionary(maxCount: Int, maxUTF16: Int = 32_766) -> JSONObject? {
        guard isContainer(.object, words.object) else { return nil }
        guard Int(node.length) <= maxCount else {
            fault("has \(node.length) members, at most \(maxCount) are allowed")
            return nil
        }
        var names: [(bytes: UnsafeBufferPointer<UInt8>, child: Int)] = []
        for child in document.children(of: index) {
            let node = document[child]
            if node.nameBytes.contains(0) {
                document.fault("the name contains a NUL", at: child)
            } else if !node.nameBytes.hasAtMost(utf16: maxUTF16) {
                document.fault("the name has more than \(maxUTF16) UTF-16 units", at: child)
            }
            names.append((node.nameBytes, child))
        }
        names.sort { left, right in
            let order = left.bytes.compared(to: right.bytes)
            return order != 0 ? order < 0 : left.child < right.child
        }
        for (first, second) in zip(names, names.dropFirst()) where first.bytes.compared(to: second.bytes) == 0 {
            document.fault("duplicate member", at: second.child)
        }
        return JSONObject(document: document, index: index, isOpen: false)
    }
}

extension String {
    /// The part of a path behind its last backslash: the name of an image without its folder.
    public var lastPathPart: String {
        guard let backslash = utf8.lastIndex(of: UInt8(ascii: "\\")) else { return self }
        return String(self[utf8.index(after: backslash)...])
    }
}

import Glibc

extension String {
    /// The absolute path of the file, with links, `.` and `..` resolved; nil if the file does not exist.
    public var resolvedPath: String? {
        guard let pointer = realpath(self, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}

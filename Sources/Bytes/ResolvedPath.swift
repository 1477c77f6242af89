import Glibc

extension String {
    /// The absolute path, without links, `.` and `..`, of the file at this path; nil if there is no such file.
    public var resolvedPath: String? {
        guard let pointer = realpath(self, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}

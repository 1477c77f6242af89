import Glibc

extension String {
    /// The path of the file at this path, without links, `.` and `..`; the path itself if there is no such file.
    var resolvedPath: String {
        guard let pointer = realpath(self, nil) else { return self }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}

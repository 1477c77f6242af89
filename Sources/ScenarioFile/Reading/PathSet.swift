/// Paths of values, as faults have them.
struct PathSet {
    private var paths: Set<String> = []

    mutating func insert(_ path: String) { paths.insert(path) }

    /// Whether `path` is one of them, or leads to a part of one.
    func contains(_ path: String) -> Bool {
        if paths.isEmpty { return false }
        if paths.contains(path) { return true }
        return path.indices.contains { index in
            (path[index] == "." || path[index] == "[") && paths.contains(String(path[..<index]))
        }
    }
}

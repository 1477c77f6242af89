import Bytes
import Glibc

/// A scenario file among other files: its name, and the files that its scenarios may refer to.
final class FilePlace {
    /// Why a file cannot be used.
    struct Fault: Error {
        /// Why, a phrase.
        let detail: String
    }

    /// The file as the user named it.
    let name: String
    /// Its folder.
    private let folder: String
    /// The folder that no path may leave; nil if files are not looked for, because there is no folder.
    let rootFolder: String?
    private let root: String?
    /// Files that may be missing.
    var optionalFiles: Set<String> = []

    /// The file `name`; paths are relative to its folder and stay below `root`, by default that folder.
    init(name: String, root: String? = nil) {
        self.name = name
        let end = name.lastIndex(of: "/").map { name.index(after: $0) } ?? name.startIndex
        let folder = end == name.startIndex ? "./" : String(name[..<end])
        self.folder = folder
        rootFolder = root
        self.root = Self.resolved(root ?? folder)
    }

    /// The path of the file `file`, which must exist unless it is optional.
    func path(of file: String) throws(Fault) -> String {
        let path = try checkedPath(of: file)
        if !optionalFiles.contains(file), access(path, R_OK) != 0 {
            throw Fault(
                detail:
                    "\(file.quoted()) does not exist below \(folder.escapingInvisible); list it in requires.files if it may be missing"
            )
        }
        // A pipe would be waited for, and a device never ends.
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            throw Fault(detail: "\(file.quoted()) is not a regular file")
        }
        return path
    }

    /// The path of the file `file`, whether or not it exists.
    func checkedPath(of file: String) throws(Fault) -> String {
        if file.isEmpty || file.utf8.contains(0) { throw Fault(detail: "must name a file") }
        if file.hasPrefix("/") { throw Fault(detail: "must be relative to the scenario's folder") }
        let path = folder + file
        guard let root, let resolved = Self.resolved(path) ?? Self.resolvedFolder(of: path) else { return path }
        if resolved != root, !resolved.hasPrefix(root.hasSuffix("/") ? root : root + "/") {
            throw Fault(
                detail: "\(file.quoted()) is outside of \(root.escapingInvisible); --root allows another folder")
        }
        return path
    }

    private static func resolvedFolder(of path: String) -> String? {
        let end = path.lastIndex(of: "/") ?? path.startIndex
        return resolved(String(path[..<end])).map { $0 + path[end...] }
    }

    /// The absolute path without links; nil if there is no such file.
    private static func resolved(_ path: String) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}

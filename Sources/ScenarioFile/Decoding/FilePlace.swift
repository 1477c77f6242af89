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
    /// The folder that no path may leave, as the user named it; nil for the file's own.
    let rootFolder: String?
    /// The folder that no path may leave, without links; nil if there is none.
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
        self.root = (root ?? folder).resolvedPath
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
    ///
    /// A path that leaves the root is refused even if a part of it is missing: who writes the file makes its folders.
    func checkedPath(of file: String) throws(Fault) -> String {
        if file.isEmpty || file.utf8.contains(0) { throw Fault(detail: "must name a file") }
        if file.hasPrefix("/") { throw Fault(detail: "must be relative to the scenario's folder") }
        // Without `..` after a name, so that it does not matter whether the name is a link, or missing.
        let parts = Self.normalized(file)
        if parts.last.map({ $0 == ".." }) ?? true { throw Fault(detail: "\(file.quoted()) is a folder") }
        let path = folder + parts.joined(separator: "/")
        guard let root else {
            // A file that was not read from a folder has none: nothing is found below it.
            guard let rootFolder else { return path }
            throw Fault(detail: "\(file.quoted()) is outside of \(rootFolder.escapingInvisible), which does not exist")
        }
        let ancestor = Self.deepestAncestor(of: path)
        if ancestor != root, !ancestor.hasPrefix(root.hasSuffix("/") ? root : root + "/") {
            throw Fault(
                detail: "\(file.quoted()) is outside of \(root.escapingInvisible); --root allows another folder")
        }
        return path
    }

    /// The names of a relative path without `.`, and without `..` after a name.
    private static func normalized(_ path: String) -> [Substring] {
        path.split(separator: "/").reduce(into: []) { parts, part in
            if part == "." { return }
            if part == "..", let last = parts.last, last != ".." {
                parts.removeLast()
            } else {
                parts.append(part)
            }
        }
    }

    /// The file at `path`, or the innermost folder on the way to it that exists, without links.
    private static func deepestAncestor(of path: String) -> String {
        var rest = path[...]
        while !rest.isEmpty {
            if let resolved = String(rest).resolvedPath { return resolved }
            rest = rest[..<(rest.lastIndex(of: "/") ?? rest.startIndex)]
        }
        return "/"
    }
}

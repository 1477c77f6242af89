import Console
import Glibc

/// Waits for changes of files by watching their folders (inotify): an editor replaces a file by a new one.
final class FileWatch {
    private let descriptor: CInt
    /// The folders as they were named, by the number of their watch. Two names may be the same folder.
    private var folders: [CInt: [String]] = [:]

    /// What changed.
    enum Change {
        /// The files at these paths, which begin with a folder as it was named.
        case files(Set<String>)
        /// Nobody knows: there were too many changes.
        case anything

        /// Whether one of `paths` may have changed.
        func concerns(_ paths: [String]) -> Bool {
            switch self {
            case .files(let changed):
                // A folder that is new, with all that is in it, is a change of its own.
                paths.contains { path in changed.contains { path == $0 || path.hasPrefix($0 + "/") } }
            case .anything: true
            }
        }
    }

    /// Watches nothing yet.
    ///
    /// - Throws: Exit code 3 if the system refuses.
    init() throws(CommandFailure) {
        descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
        guard descriptor >= 0 else { throw Self.failure("inotify") }
    }

    /// Watches the folders of `paths`, and `others`, too.
    ///
    /// - Returns: Whether one is new: what is in it may have changed before it was watched.
    /// - Throws: Exit code 3 if the system refuses.
    @discardableResult
    func add(_ paths: [String], and others: [String]) throws(CommandFailure) -> Bool {
        let known = folders.count
        let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE | IN_ONLYDIR)
        for folder in Set(paths.map(Self.folder)).union(others).sorted() {
            let watch = inotify_add_watch(descriptor, folder.isEmpty ? "." : folder, events)
            // A folder that is missing has no files to run.
            if watch < 0, errno != ENOENT, errno != ENOTDIR { throw Self.failure(folder) }
            if watch >= 0, folders[watch]?.contains(folder) != true { folders[watch, default: []].append(folder) }
        }
        return folders.count > known
    }

    deinit { close(descriptor) }

    private static func failure(_ name: String) -> CommandFailure {
        CommandFailure(status: .failed, message: "--watch: \(name): \(String(cString: strerror(errno)))")
    }

    /// Everything before the last slash; empty for a name alone.
    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? ""
    }

    /// Blocks until something has changed, and nothing more for a while; nil once `isCancelled`.
    func wait(until isCancelled: () -> Bool) -> Change? {
        var changed: Set<String> = []
        var isComplete = true
        while !isCancelled() {
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            if poll(&waiting, 1, 100) > 0 {
                isComplete = read(into: &changed) && isComplete
            } else if !isComplete {
                return .anything
            } else if !changed.isEmpty {
                return .files(changed)
            }
        }
        return nil
    }

    /// Reads the events that are there; false if some were lost.
    private func read(into changed: inout Set<String>) -> Bool {
        var isComplete = true
        withUnsafeTemporaryAllocation(byteCount: 1 << 16, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
            let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            var position = 0
            while position < count {
                let event = buffer.load(fromByteOffset: position, as: inotify_event.self)
                let name = UnsafeRawBufferPointer(buffer)[(position + MemoryLayout<inotify_event>.size)...]
                    .prefix(Int(event.len)).prefix { $0 != 0 }
                if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { isComplete = false }
                for folder in folders[event.wd] ?? [] {
                    let slash = folder.isEmpty || folder.hasSuffix("/") ? "" : "/"
                    changed.insert(folder + slash + String(decoding: name, as: UTF8.self))
                }
                position += MemoryLayout<inotify_event>.size + Int(event.len)
            }
        }
        return isComplete
    }
}

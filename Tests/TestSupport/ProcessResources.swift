import Glibc

/// The file descriptors and threads of this process, as the system counts them.
public struct ProcessResources: Equatable, CustomStringConvertible, Sendable {
    /// Open file descriptors.
    public let descriptors: Int
    /// Threads.
    public let threads: Int

    /// The current counts.
    public static var now: ProcessResources {
        ProcessResources(descriptors: entries(of: "/proc/self/fd") - 1, threads: entries(of: "/proc/self/task"))
    }

    /// `12 descriptors, 5 threads`.
    public var description: String { "\(descriptors) descriptors, \(threads) threads" }

    private static func entries(of path: String) -> Int {
        guard let directory = opendir(path) else { return -1 }
        defer { closedir(directory) }
        var count = 0
        while let entry = readdir(directory) {
            if entry.pointee.d_name.0 != 46 { count += 1 }  // "." and ".."
        }
        return count
    }
}

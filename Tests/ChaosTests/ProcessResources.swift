import Glibc
import TestSupport

/// What this process holds of the system.
struct ProcessResources: Equatable, CustomStringConvertible {
    let descriptors: Int
    let threads: Int

    static var now: ProcessResources {
        ProcessResources(descriptors: entries(of: "/proc/self/fd") - 1, threads: entries(of: "/proc/self/task"))
    }

    var description: String { "\(descriptors) descriptors, \(threads) threads" }

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

/// Waits until `condition` holds, looking again and again; false when that takes far too long.
func eventually(_ condition: () -> Bool) -> Bool {
    let deadline = Deadline()
    while !condition() {
        if deadline.isOver { return false }
        usleep(1000)
    }
    return true
}

/// Runs `body` on a thread of its own, which nobody waits for.
func detachThread(_ body: @escaping @Sendable () -> Void) {
    final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
    var thread = pthread_t()
    let result = pthread_create(
        &thread, nil,
        { context in
            guard let context else { return nil }
            Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
            return nil
        }, Unmanaged.passRetained(Body(body)).toOpaque())
    precondition(result == 0, "pthread_create: \(result)")
    pthread_detach(thread)
}

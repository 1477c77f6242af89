import Glibc

/// What the process uses of the machine, as Prometheus's client libraries report it.
struct ProcessUsage {
    var cpuSeconds = 0.0
    var residentBytes = 0
    var virtualBytes = 0
    var openDescriptors = 0
    var maxDescriptors = 0

    /// The current use; 0 for what the system does not tell.
    static var current: ProcessUsage {
        var usage = ProcessUsage()
        var times = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &times) == 0 {
            usage.cpuSeconds = times.ru_utime.seconds + times.ru_stime.seconds
        }
        // In pages: the address space, and the part of it in RAM.
        if let pages = firstBytes(of: "/proc/self/statm") {
            let numbers = pages.split(separator: UInt8(ascii: " ")).map {
                Int(String(decoding: $0, as: UTF8.self)) ?? 0
            }
            let pageSize = sysconf(Int32(_SC_PAGESIZE))
            if numbers.count > 1 {
                (usage.virtualBytes, usage.residentBytes) = (numbers[0] * pageSize, numbers[1] * pageSize)
            }
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            usage.maxDescriptors = Int(clamping: limit.rlim_cur)
        }
        usage.openDescriptors = countOfDescriptors
        return usage
    }

    /// The first bytes of a file of the kernel, whose size is unknown before it is read.
    private static func firstBytes(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }

    private static var countOfDescriptors: Int {
        guard let folder = opendir("/proc/self/fd") else { return 0 }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Not counted: `.`, `..` and the folder itself.
        return max(0, count - 3)
    }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1_000_000 }
}

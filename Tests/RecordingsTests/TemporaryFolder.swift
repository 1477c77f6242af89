import Glibc
import Testing

/// A folder for one test, removed with its content.
final class TemporaryFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/recordings-XXXXXX".utf8CString)
        let made = try #require(mkdtemp(&template))
        path = String(cString: made)
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    /// The names of its content.
    var names: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Creates a file; returns its path.
    @discardableResult func file(_ name: String, _ content: some Sequence<UInt8>, mode: mode_t = 0o600) -> String {
        let place = "\(path)/\(name)"
        let descriptor = open(place, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        let bytes = Array(content)
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
        close(descriptor)
        return place
    }

    /// Creates a text file; returns its path.
    @discardableResult func file(_ name: String, _ text: String, mode: mode_t = 0o600) -> String {
        file(name, Array(text.utf8), mode: mode)
    }

    /// The bytes of a file in the folder.
    func bytes(of name: String) throws -> [UInt8] {
        let descriptor = open("\(path)/\(name)", O_RDONLY | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        let size = Int(lseek(descriptor, 0, SEEK_END))
        return [UInt8](unsafeUninitializedCapacity: size) { $1 = pread(descriptor, $0.baseAddress, size, 0) }
    }

    /// The number of open descriptors of this process for files in the folder, including those without a name.
    var openDescriptors: Int {
        (0..<1024).filter { number in
            var target = [CChar](repeating: 0, count: 4096)
            let length = readlink("/proc/self/fd/\(number)", &target, 4095)
            return length > 0
                && String(decoding: target[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self).hasPrefix(
                    path + "/")
        }.count
    }
}

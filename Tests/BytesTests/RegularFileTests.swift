import Bytes
import Glibc
import Testing

@Suite struct `Regular files` {
    let directory = ScratchDirectory()

    @Test func `a file is read whole, and never more than the limit`() throws {
        let path = directory.file("text", [UInt8](repeating: 7, count: 100_000))
        #expect(try RegularFile.read(path, limit: 100_000).count == 100_000)
        #expect(throws: RegularFile.Fault.tooLong(limit: 99_999)) { try RegularFile.read(path, limit: 99_999) }
        #expect(try RegularFile.read(directory.file("empty", []), limit: 0).isEmpty)
    }

    @Test func `a symbolic link is followed`() throws {
        let link = directory.path("link")
        try #require(symlink(directory.file("text", [1, 2]), link) == 0)
        #expect(try RegularFile.read(link, limit: 10) == [1, 2])
    }

    @Test func `a FIFO without a writer is refused at once`() throws {
        let path = directory.path("fifo")
        try #require(mkfifo(path, 0o600) == 0)
        #expect(fault(path) == "is a FIFO, not a regular file")
    }

    @Test func `a device, a directory and a file of proc are refused with a reason`() {
        #expect(fault("/dev/zero") == "is a device, not a regular file")
        #expect(fault("/") == "is a directory, not a regular file")
        // Its size is 0, and reading it would take forever.
        #expect(fault("/proc/self/pagemap")?.hasSuffix("it has content but no size, as files of /proc have") == true)
    }

    @Test func `a missing file and an invalid path are refused with a reason`() {
        #expect(fault(directory.path("nothing")) == "cannot be read: No such file or directory")
        #expect(fault("") == "is not a path")
        #expect(fault("/etc/passwd\0.pem") == "is not a path")
    }

    @Test func `a file that is written or replaced changes its version`() throws {
        let path = directory.file("text", [1])
        let first = try RegularFile.version(path)
        #expect(try RegularFile.version(path) == first)
        let other = directory.file("other", [1])
        try #require(rename(other, path) == 0)
        #expect(try RegularFile.version(path) != first)
    }

    private func fault(_ path: String) -> String? {
        do throws(RegularFile.Fault) {
            _ = try RegularFile.read(path, limit: 1 << 20)
            return nil
        } catch {
            return error.description
        }
    }
}

/// A directory for one test, removed at its end.
final class ScratchDirectory: Sendable {
    private let root: String

    init() {
        var template = Array("/tmp/wdfilterd-files-XXXXXX".utf8CString)
        precondition(mkdtemp(&template) != nil, "mkdtemp: \(errno)")
        root = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        for name in ["text", "empty", "link", "fifo", "other"] { unlink(path(name)) }
        rmdir(root)
    }

    func path(_ name: String) -> String { root + "/" + name }

    /// Writes a file and returns its path.
    func file(_ name: String, _ bytes: [UInt8]) -> String {
        let descriptor = open(path(name), O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(descriptor >= 0 && write(descriptor, bytes, bytes.count) == bytes.count, "write: \(errno)")
        close(descriptor)
        return path(name)
    }
}

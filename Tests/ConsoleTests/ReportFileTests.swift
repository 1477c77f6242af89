import Glibc
import Testing

@testable import Console

@Suite struct ReportFileTests {
    @Test func `a device is written to, and stays a device`() throws {
        try ReportFile("/dev/null").write([1, 2, 3])
        var status = stat()
        #expect(stat("/dev/null", &status) == 0)
        #expect(status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test func `a link keeps pointing to its file, which gets the report`() throws {
        let folder = "/tmp/wdfilterd-report-\(UInt64.random(in: 0...UInt64.max))"
        mkdir(folder, 0o700)
        defer {
            unlink(folder + "/link")
            unlink(folder + "/file")
            rmdir(folder)
        }
        try ReportFile(folder + "/file").write(Array("old".utf8))
        #expect(symlink("file", folder + "/link") == 0)
        try ReportFile(folder + "/link").write(Array("new".utf8))
        var status = stat()
        #expect(lstat(folder + "/link", &status) == 0)
        #expect(status.st_mode & S_IFMT == S_IFLNK)
        #expect(stat(folder + "/file", &status) == 0)
        #expect(status.st_size == 3)
    }
}

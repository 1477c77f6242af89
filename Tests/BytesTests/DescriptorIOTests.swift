import Bytes
import Glibc
import Testing

@Suite struct DescriptorIOTests {
    @Test func `what is written can be read, up to the end`() {
        var ends: [CInt] = [-1, -1]
        #expect(pipe(&ends) == 0)
        defer { close(ends[0]) }
        #expect(DescriptorIO.write([1, 2, 3], to: ends[1]) == 0)
        #expect(DescriptorIO.write([], to: ends[1]) == 0)
        close(ends[1])
        var buffer = [UInt8](repeating: 0, count: 8)
        #expect(buffer.withUnsafeMutableBytes { DescriptorIO.read(ends[0], into: $0) } == 3)
        #expect(buffer[..<3] == [1, 2, 3])
        #expect(buffer.withUnsafeMutableBytes { DescriptorIO.read(ends[0], into: $0) } == 0)
    }

    @Test func `a fault is not the end`() {
        let folder = open("/", O_RDONLY | O_CLOEXEC)
        defer { close(folder) }
        var buffer: [UInt8] = [0]
        let (count, fault) = buffer.withUnsafeMutableBytes { (DescriptorIO.read(folder, into: $0), errno) }
        #expect((count, fault) == (-1, EISDIR))
        #expect(DescriptorIO.write([1], to: folder) == EBADF)
    }
}

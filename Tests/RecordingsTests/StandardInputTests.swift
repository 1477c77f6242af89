import CArchive
import Glibc
import Testing

@testable import Recordings

@Suite struct StandardInputTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A reading whose standard input is `input`; both are passed to `body`.
    private func withInput(_ input: Int32, _ order: RecordingOrder, _ body: (Reading) throws -> Void) throws {
        try #require(input >= 0)
        defer { close(input) }
        var environment = RecordingEnvironment()
        environment.standardInput = input
        environment.temporaryFolder = folder.path
        try body(Reading(order: order, blockBytes: 100, environment: environment))
    }

    /// A pipe that contains `bytes`, which must fit into it, and has no writer left.
    private func pipe(holding bytes: [UInt8]) -> Int32 {
        var ends: [Int32] = [-1, -1]
        #expect(pipe2(&ends, O_CLOEXEC) == 0)
        #expect(write(ends[1], bytes, bytes.count) == bytes.count)
        close(ends[1])
        return ends[0]
    }

    @Test(arguments: [RecordingOrder.auto, .forward]) func `a pipe of text is read forward`(order: RecordingOrder)
        throws
    {
        let content = lines((0..<100).reversed())
        try withInput(pipe(holding: Array(content.utf8)), order) { reading in
            let reader = try reading.open("-")
            #expect(reader.size == nil)
            let first = try #require(try reader.next())
            #expect(first.name == "standard input" && !first.isReversed)
            var blocks = [first]
            while let block = try reader.next() { blocks.append(block) }
            #expect(blocks.text == content)
            #expect(reader.position == UInt64(content.utf8.count))
        }
        #expect(folder.names == [])
    }

    @Test func `a line is returned before the next one is written`() throws {
        var ends: [Int32] = [-1, -1]
        #expect(pipe2(&ends, O_CLOEXEC) == 0)
        defer { close(ends[1]) }
        #expect(write(ends[1], "a\n", 2) == 2)
        try withInput(ends[0], .auto) { reading in
            let reader = try reading.open("-")
            #expect(try reader.next()?.bytes == Array("a\n".utf8))
            #expect(write(ends[1], "b\n", 2) == 2)
            #expect(try reader.next()?.bytes == Array("b\n".utf8))
        }
    }

    @Test func `a pipe is spooled for reading backward`() throws {
        try withInput(pipe(holding: Array(lines(0..<100).utf8)), .reverse) { reading in
            let blocks = try reading.blocks("-")
            #expect(blocks.text == lines((0..<100).reversed()))
            #expect(blocks.allSatisfy { $0.isReversed })
        }
        #expect(folder.names == [] && folder.openDescriptors == 0)
    }

    @Test func `a named pipe is a pipe`() throws {
        try withInput(pipe(holding: Array(lines(0..<100).utf8)), .reverse) { reading in
            let path = "/proc/self/fd/\(reading.environment.standardInput)"
            let blocks = try reading.blocks(path)
            #expect(blocks.text == lines((0..<100).reversed()))
        }
        try withInput(pipe(holding: Array("ElfFile\0\n".utf8)), .reverse) { reading in
            let path = "/proc/self/fd/\(reading.environment.standardInput)"
            #expect { try reading.open(path) } throws: { "\($0)".contains("is an EVTX file; install evtx_dump") }
        }
    }

    @Test func `an empty pipe has no lines`() throws {
        for order in RecordingOrder.allCases {
            try withInput(pipe(holding: []), order) { reading in
                let blocks = try reading.blocks("-")
                #expect(blocks.isEmpty)
            }
        }
    }

    @Test(arguments: [ArchiveWriter.Format.raw, .zip, .tar])
    func `a pipe may be compressed`(format: ArchiveWriter.Format) throws {
        let name = "a.json"
        let writer = try ArchiveWriter("\(folder.path)/archive", format, format == .zip ? .none : .gzip)
        try writer.add(name, lines((0..<100).reversed()))
        writer.close()
        try withInput(pipe(holding: folder.bytes(of: "archive")), .auto) { reading in
            let blocks = try reading.blocks("-")
            #expect(blocks.text == lines(0..<100))
            #expect(blocks.allSatisfy { $0.isReversed })
            #expect(blocks.first?.name == (format == .raw ? "standard input" : "standard input: a.json"))
        }
        #expect(folder.names == ["archive"])
    }

    @Test func `a redirected file is a file`() throws {
        let path = folder.file("a.json", lines((0..<100).reversed()))
        try withInput(open(path, O_RDONLY | O_CLOEXEC), .auto) { reading in
            let reader = try reading.open("-")
            #expect(reader.size != nil)
            #expect(try reader.next()?.isReversed == true)
            #expect(try reading.text("-") == lines(0..<100))
        }
    }

    @Test func `a closed standard input is a fault`() throws {
        var environment = RecordingEnvironment()
        environment.standardInput = -1
        #expect(throws: RecordingFault("standard input", "cannot be read: Bad file descriptor")) {
            try Reading(environment: environment).open("-")
        }
    }
}

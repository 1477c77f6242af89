import Glibc
import Testing

@testable import Recordings

@Suite struct EventLogTests {
    private let folder: TemporaryFolder
    private static let content = Array("ElfFile\0".utf8) + [UInt8](repeating: 0, count: 600)
    private static let advice =
        "is an EVTX file; install evtx_dump (the crate evtx), or convert it: evtx_dump -o jsonl FILE"

    init() throws { folder = try TemporaryFolder() }

    private func reading(_ order: RecordingOrder = .auto, searchPath: String? = nil) -> Reading {
        var environment = RecordingEnvironment()
        environment.searchPath = searchPath ?? "/nowhere::\(folder.path)"
        environment.temporaryFolder = folder.path
        return Reading(order: order, environment: environment)
    }

    /// Installs a shell script in place of the program.
    private func program(_ script: String) { folder.file("evtx_dump", "#!/bin/sh\n" + script, mode: 0o700) }

    @Test(arguments: RecordingOrder.allCases) func `evtx_dump converts an event log`(order: RecordingOrder) throws {
        program("printf '{\"t\":2}\\n{\"t\":1}\\n'; printf '{\"args\":\"%s\"}\\n' \"$*\"")
        let path = folder.file("Sysmon log.evtx", EventLogTests.content)
        let expected = ["{\"t\":2}\n", "{\"t\":1}\n", "{\"args\":\"--format jsonl --threads 1 \(path)\"}\n"]
        let blocks = try reading(order).blocks(path)
        #expect(blocks.text == (order == .reverse ? expected.reversed() : expected).joined())
        #expect(blocks.first?.name == "Sysmon log.evtx")
    }

    @Test(arguments: RecordingOrder.allCases)
    func `its failure is a fault after the lines it wrote`(order: RecordingOrder) throws {
        program("printf 'a\\nb\\n'; exit 3")
        let (blocks, fault) = try reading(order).blocksUpToFault(folder.file("a.evtx", EventLogTests.content))
        #expect(blocks.text == (order == .reverse ? "b\na\n" : "a\nb\n"))
        #expect(fault == RecordingFault("a.evtx", "\(folder.path)/evtx_dump failed with exit code 3"))
    }

    @Test func `a signal that ends it is a fault`() throws {
        program("kill -9 $$")
        let (_, fault) = try reading().blocksUpToFault(folder.file("a.evtx", EventLogTests.content))
        #expect(fault?.detail == "\(folder.path)/evtx_dump was killed by signal 9")
    }

    @Test func `it is ended when reading stops`() throws {
        program("echo $$; exec cat /dev/zero")
        let path = folder.file("a.evtx", EventLogTests.content)
        var process: pid_t?
        do {
            let first = try #require(try reading().open(path).next())
            process = pid_t(String(decoding: first.bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self))
        }
        #expect(kill(try #require(process), 0) == -1 && errno == ESRCH)
    }

    @Test func `without the program the fault says what to do`() throws {
        let path = folder.file("a.evtx", EventLogTests.content)
        #expect(throws: RecordingFault("a.evtx", EventLogTests.advice)) { try reading().open(path) }
        // A file that is not executable is not a program.
        folder.file("evtx_dump", "#!/bin/sh\n")
        mkdir("\(folder.path)/sub", 0o700)
        defer { rmdir("\(folder.path)/sub") }
        #expect(throws: RecordingFault.self) { try reading().open(path) }
        #expect(throws: RecordingFault.self) { try reading(searchPath: "").open(path) }
    }

    @Test func `an event log in an archive or from standard input is refused`() throws {
        program("echo '{}'")
        let writer = try ArchiveWriter("\(folder.path)/a.zip", .zip)
        try writer.add("log.evtx", EventLogTests.content)
        writer.close()
        #expect(throws: RecordingFault("a.zip: log.evtx", EventLogTests.advice)) {
            try reading().blocks("\(folder.path)/a.zip")
        }
        let log = open(folder.file("a.evtx", EventLogTests.content), O_RDONLY | O_CLOEXEC)
        defer { close(log) }
        var redirected = reading()
        redirected.environment.standardInput = log
        #expect(throws: RecordingFault("standard input", EventLogTests.advice)) { try redirected.open("-") }
    }
}

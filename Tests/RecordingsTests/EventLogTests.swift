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

    @Test func `event logs in an archive and from standard input are unpacked for the program`() throws {
        program(
            "test \"$1\" = --version && exec echo EVTX Parser; for path; do :; done; head -c 7 \"$path\"; echo; stat -Lc %s \"$path\""
        )
        let writer = try ArchiveWriter("\(folder.path)/a.zip", .zip)
        try writer.add("a.evtx", EventLogTests.content)
        try writer.add("b.json", "{\"t\":1}\n")
        try writer.add("c.evtx", EventLogTests.content)
        writer.close()
        for order in RecordingOrder.allCases {
            let blocks = try reading(order).blocks("\(folder.path)/a.zip")
            let log = order == .reverse ? "608\nElfFile\n" : "ElfFile\n608\n"
            for (name, text) in [("a.evtx", log), ("b.json", "{\"t\":1}\n"), ("c.evtx", log)] {
                #expect(blocks.filter { $0.name == "a.zip: \(name)" }.text == text)
            }
        }
        let log = open(folder.file("a.evtx", EventLogTests.content), O_RDONLY | O_CLOEXEC)
        defer { close(log) }
        var redirected = reading()
        redirected.environment.standardInput = log
        #expect(try redirected.text("-") == "ElfFile\n608\n")
        #expect(folder.openDescriptors <= 1)
    }

    @Test func `another program of that name is recognized when it fails`() throws {
        program("case \"$1\" in --version) echo \"$ANSWER\";; *) echo usage >&2; exit 2;; esac")
        let path = folder.file("a.evtx", EventLogTests.content)
        let (_, fault) = try reading().blocksUpToFault(path)
        #expect(fault?.detail.contains("another program of that name (python-evtx has one)") == true)
        program("case \"$1\" in --version) echo 'EVTX Parser 0.8.4';; *) exit 2;; esac")
        let (_, failure) = try reading().blocksUpToFault(path)
        #expect(failure?.detail == "\(folder.path)/evtx_dump failed with exit code 2")
    }
}

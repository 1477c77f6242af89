import Console
import Glibc
import Scenarios
import Testing

@testable import TestCommand

@Suite struct GoldenFileStoreTests {
    /// A new folder, which is removed at the end.
    private final class Folder {
        let path: String

        init() {
            var template = Array("/tmp/wdfilterd-golden-XXXXXX".utf8CString)
            path = mkdtemp(&template).map { String(cString: $0) } ?? ""
        }

        deinit {
            for name in ["a.ndjson", "b.ndjson"] { unlink(path + "/" + name) }
            rmdir(path)
        }

        func file(_ name: String) -> GoldenFile { GoldenFile(file: name, path: path + "/" + name) }
    }

    @Test func `files are read as lines, and a missing one is nil`() throws {
        let folder = Folder()
        let store = GoldenFileStore(isUpdating: false)
        #expect(try store.lines(of: folder.file("a.ndjson")) == nil)
        #expect(!store.update(folder.file("a.ndjson"), to: ["x"], by: "case"))
        try ReportFile(folder.path + "/a.ndjson").write(Array("one\ntwo\n".utf8))
        #expect(try store.lines(of: folder.file("a.ndjson")) == ["one", "two"])
        try ReportFile(folder.path + "/a.ndjson").write([])
        #expect(try store.lines(of: folder.file("a.ndjson")) == [])
    }

    @Test func `a folder is not taken for a file`() {
        let folder = Folder()
        #expect(throws: HostFault.self) {
            try GoldenFileStore(isUpdating: false).lines(of: GoldenFile(file: "g", path: folder.path))
        }
    }

    @Test func `what changed is said, and only that is written`() throws {
        let folder = Folder()
        let path = folder.path
        try ReportFile(path + "/a.ndjson").write(Array("one\ntwo\n".utf8))
        let store = GoldenFileStore(isUpdating: true)
        #expect(store.update(folder.file("a.ndjson"), to: ["one", "three", "four"], by: "x"))
        #expect(store.update(folder.file("b.ndjson"), to: [], by: "x"))
        #expect(
            try store.write(named: [folder.file("a.ndjson"), folder.file("c.ndjson"), folder.file("c.ndjson")]) == [
                "updated \(path)/a.ndjson: 2 lines added, 1 removed", "created \(path)/b.ndjson: 0 lines",
                "not updated \(path)/c.ndjson: no case compared it", "0 golden files unchanged",
            ])
        #expect(try store.lines(of: folder.file("a.ndjson")) == ["one", "three", "four"])
        #expect(try store.write(named: []) == ["2 golden files unchanged"])
    }

    @Test func `the lines of a long file are counted as one that is short is, or not compared`() throws {
        let folder = Folder()
        let old = (0..<12_000).map(String.init)
        func change(to new: [String]) throws -> String {
            try ReportFile(folder.path + "/a.ndjson").write(Array(old.map { $0 + "\n" }.joined().utf8))
            let store = GoldenFileStore(isUpdating: true)
            #expect(store.update(folder.file("a.ndjson"), to: new, by: "x"))
            return try store.write(named: [])[0].replacing(folder.path, with: "")
        }
        #expect(try change(to: old.reversed()) == "updated /a.ndjson: 12000 lines")
        #expect(try change(to: old + ["more"]) == "updated /a.ndjson: 1 line added, 0 removed")
        #expect(try change(to: ["first"] + old.dropFirst()) == "updated /a.ndjson: 1 line added, 1 removed")
        #expect(try change(to: Array(old[..<6000] + old[6001...])) == "updated /a.ndjson: 0 lines added, 1 removed")
        #expect(try change(to: []) == "updated /a.ndjson: 0 lines")
    }

    @Test func `two cases that disagree write nothing`() throws {
        let folder = Folder()
        let store = GoldenFileStore(isUpdating: true)
        for (title, line) in [("second", "2"), ("first", "1"), ("third", "1")] {
            #expect(store.update(folder.file("a.ndjson"), to: [line], by: title))
        }
        let failure = #expect(throws: CommandFailure.self) { try store.write(named: []) }
        #expect(failure?.status == .usage)
        #expect(
            failure?.message == #"nothing is updated: "first" and "second" find different lines for a.ndjson"#)
        #expect(try store.lines(of: folder.file("a.ndjson")) == nil)
    }
}

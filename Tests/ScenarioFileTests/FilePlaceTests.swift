import Glibc
import Testing

@testable import ScenarioFile

@Suite struct FilePlaceTests {
    /// A new folder with `inside/`, `inside/link`, which leads out, and `inside/within`, which does not.
    private final class Folder {
        let path: String

        init() {
            var template = Array("/tmp/wdfilterd-place-XXXXXX".utf8CString)
            path = mkdtemp(&template).map { String(cString: $0) } ?? ""
            mkdir(path + "/inside", 0o755)
            mkdir(path + "/inside/sub", 0o755)
            symlink("..", path + "/inside/link")
            symlink("sub", path + "/inside/within")
        }

        deinit {
            for name in ["link", "within"] { unlink(path + "/inside/" + name) }
            for name in ["/inside/sub", "/inside", ""] { rmdir(path + name) }
        }

        /// The path that a scenario file in `inside` gives to `file`; nil if it is refused.
        func path(of file: String, root: String? = nil) -> String? {
            try? FilePlace(name: path + "/inside/a.scenario.yaml", root: root).checkedPath(of: file)
        }
    }

    @Test(arguments: [
        "..", "../x", "../../../../x", "nosuch/../../x", "nosuch/../../../x", "sub/../../x", "./../x", "link/x",
        "link/new/x",
        "link/inside/../x", "sub/..", ".", "",
    ])
    func `a path that leaves the folder is refused, whether or not its parts exist`(file: String) {
        let folder = Folder()
        #expect(folder.path(of: file) == nil)
    }

    @Test(arguments: [
        ("x", "x"), ("new/x", "new/x"), ("./x", "x"), ("new/../x", "x"), ("sub/../x", "x"), ("a//b/./c", "a/b/c"),
        ("within/new/x", "within/new/x"), ("link/inside/x", "link/inside/x"), ("...", "..."), ("..x/y", "..x/y"),
    ])
    func `a path that stays in the folder is that file's`(file: String, expected: String) {
        let folder = Folder()
        #expect(folder.path(of: file) == folder.path + "/inside/" + expected)
    }

    @Test func `another root allows what is below it, and no more`() {
        let folder = Folder()
        #expect(folder.path(of: "../new/x", root: folder.path) == folder.path + "/inside/../new/x")
        #expect(folder.path(of: "nosuch/../../x", root: folder.path) == folder.path + "/inside/../x")
        #expect(folder.path(of: "../../x", root: folder.path) == nil)
        #expect(folder.path(of: "nosuch/../../../x", root: folder.path) == nil)
        #expect(folder.path(of: "x", root: folder.path + "/inside/sub") == nil)
    }

    @Test func `a root that does not exist contains no file`() {
        let folder = Folder()
        #expect(folder.path(of: "x", root: folder.path + "/nosuch") == nil)
    }
}

import Bytes
import Testing

@Suite struct NearestNameTests {
    private static let names = [
        "NotifyImageLoadRule", "NotifyNewThreadSameProcess", "accessDenied", "flags", "rules", "id",
    ]

    @Test(arguments: [
        ("NotifyImageLoad", "NotifyImageLoadRule"),
        ("notifyimageloadrule", "NotifyImageLoadRule"),
        ("NotifyNewThreadSamePorcess", "NotifyNewThreadSameProcess"),
        ("access_denied", "accessDenied"),
        ("AccessDenied", "accessDenied"),
        ("access-deneid", "accessDenied"),
        ("rule", "rules"),
        ("lags", "flags"),
        ("ID", "id"),
    ])
    func `a misspelled name has a nearest one`(word: String, name: String) {
        #expect(NearestNameTests.names.nearest(to: word) == name)
        #expect(NearestNameTests.names.hint(for: word) == "; did you mean \(name)?")
    }

    @Test(arguments: [
        "", "-", "i", "if", "deny", "flan", "fule", "NotifyEverything", "\u{0}", "rüüülés",
        String(repeating: "rules", count: 13),
    ])
    func `a word that is unlike all names has none`(word: String) {
        #expect(NearestNameTests.names.nearest(to: word) == nil)
        #expect(NearestNameTests.names.hint(for: word).isEmpty)
    }

    @Test func `the closest name wins, and the first of equally close ones`() {
        #expect(["abcdxx", "abcdex"].nearest(to: "abcdef") == "abcdex")
        #expect(["abcdey", "abcdex"].nearest(to: "abcdef") == "abcdey")
        #expect(["abcdey", "ABCDEF"].nearest(to: "abcdef") == "ABCDEF")
    }

    @Test func `if no name is close, the first one that begins with the word is shown`() {
        let names = ["NotifyNewThreadDifferentProcess", "NotifyNewThreadSameProcess", "NewThreadAndCmdLine"]
        #expect(names.nearest(to: "NotifyNew") == "NotifyNewThreadDifferentProcess")
        #expect(names.nearest(to: "newt") == "NewThreadAndCmdLine")
        #expect(names.nearest(to: "New") == nil)
        #expect(names.nearest(to: "Thread") == nil)
    }

    @Test func `if no name is close, a short list of names is shown`() {
        #expect(["flags", "rules"].hintOrList(for: "flgs") == "; did you mean flags?")
        #expect(["flags", "rules"].hintOrList(for: "deny") == "; use one of flags, rules")
        #expect((0...20).map { "name\($0)" }.hintOrList(for: "deny").isEmpty)
        #expect([String]().hintOrList(for: "deny").isEmpty)
    }

    @Test func `no names have none`() {
        #expect([String]().nearest(to: "rules") == nil)
        #expect(["", "_"].nearest(to: "rules") == nil)
        #expect(["", "_"].nearest(to: "abc") == nil)
    }
}

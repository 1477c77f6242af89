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

    @Test func `a name that was abbreviated wins against one with other letters, but not against a slip`() {
        let names = ["NotifyNewThreadSameProcess", "NotifyNewThreadDifferentProcess", "NotifyProcessCmdLine"]
        #expect(names.nearest(to: "NotifyNewThreadDiffProcess") == "NotifyNewThreadDifferentProcess")
        #expect(names.nearest(to: "NotifyNewThrDiffPrc") == nil)
        #expect(["maxCounts", "maxAsyncCount"].nearest(to: "maxCount") == "maxCounts")
        #expect(["maxAsyncCount", "maxCount"].nearest(to: "MaxCount") == "maxCount")
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

    @Test func `only names within the limit of edits are near, as a full comparison finds them`() {
        var random = SystemRandomNumberGenerator()
        func word() -> String {
            String((0..<Int.random(in: 5...14, using: &random)).map { _ in "abc".randomElement(using: &random) ?? "a" })
        }
        for _ in 0..<3000 {
            let (word, name) = (word(), word())
            let isNear = Self.distance(Array(word.utf8), Array(name.utf8)) <= max(2, word.count / 3)
            #expect(([name].nearest(to: word) == name) == (isNear || name.hasPrefix(word)), "\(word) \(name)")
        }
    }

    /// Insertions, deletions, replacements and swaps, without a limit.
    private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        var rows = [Array(0...other.count)]
        for row in 1...one.count {
            rows.append([row])
            for column in 1...other.count {
                let isSame = one[row - 1] == other[column - 1]
                var distance = min(
                    rows[row - 1][column] + 1, rows[row][column - 1] + 1,
                    rows[row - 1][column - 1] + (isSame ? 0 : 1))
                if row > 1, column > 1, one[row - 1] == other[column - 2], one[row - 2] == other[column - 1] {
                    distance = min(distance, rows[row - 2][column - 2] + 1)
                }
                rows[row].append(distance)
            }
        }
        return rows[one.count][other.count]
    }
}

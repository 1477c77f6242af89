import ScenarioFile
import Testing

/// Files of at most a mebibyte that made something grow faster than their size.
@Suite struct ReadingCostTests {
    private static func scenario(_ head: String, _ steps: [String]) -> String {
        "scenario: 1\nname: 'x ${n}'\n" + head + "steps:\n" + steps.map { "  - \($0)\n" }.joined()
    }

    private static let rows = "matrix: {n: [" + (0..<1000).map(String.init).joined(separator: ",") + "]}\n"

    /// Names that are alike, so that looking for the nearest one compares each of them to its end.
    private static func name(_ index: Int) -> String { "processWithAnUnusuallyLongName\(index)andTheRestOfIt" }

    private static let texts: [(what: String, text: String)] = [
        (
            "a large text in each row",
            scenario(rows + "description: \(String(repeating: "x", count: 500_000))\n", ["wait: 1s"])
        ),
        (
            "a variable that many steps repeat",
            scenario(
                "variables: {v: \(String(repeating: "x", count: 30_000))}\nmatrix: {n: [1]}\n",
                Array(repeating: "createProcess: {imageFileName: '${v}'}", count: 1500))
        ),
        (
            "a long list that many steps repeat",
            scenario(
                "variables: {v: [\(Array(repeating: "x", count: 4000).joined(separator: ","))]}\nmatrix: {n: [1]}\n",
                Array(repeating: "createProcess: {imageFileName: '${v}'}", count: 20_000))
        ),
        (
            "a large text that many steps repeat",
            scenario(
                "variables: {v: \(String(repeating: "x", count: 400_000))}\nmatrix: {n: [1]}\n",
                Array(repeating: "createProcess: {imageFileName: '${v}'}", count: 10_000))
        ),
        (
            "many unknown names among many names",
            scenario(
                "matrix: {n: [1]}\n",
                (0..<1000).map { "createProcess: {as: \(name($0)), imageFileName: x}" }
                    + (0..<1000).map { "exitProcess: \(name($0))x" })
        ),
        (
            "a wrong name among many in each row",
            scenario(
                rows,
                (0..<300).map { "createProcess: {as: \(name($0)), imageFileName: x}" } + [
                    "exitProcess: '\(name(5))${n}x'"
                ])
        ),
        (
            "many wrong members",
            scenario("matrix: {n: [1]}\n", Array(repeating: "createProces: {imageFilenam: x}", count: 2000))
        ),
        (
            "names of rounds that look alike",
            scenario(
                "matrix: {n: [1]}\n",
                [
                    "repeat: {times: 10, steps: ["
                        + (0..<1200).map { "{createProcess: {as: 'a\($0)-${i}', imageFileName: x}}" }.joined(
                            separator: ",")
                        + "]}"
                ])
        ),
        (
            "names of rounds that look like other names",
            scenario(
                "matrix: {n: [1]}\n",
                (0..<700).map { "createProcess: {as: a-1\($0)-0, imageFileName: x}" }
                    + (1...300).map {
                        "repeat: {times: 9, steps: [{createProcess: {as: 'a-${i}-\($0)', imageFileName: x}}]}"
                    }
            )
        ),
        (
            "many scenarios",
            Array(repeating: "scenario: 1\nname: x\nsteps: [{wait: 1s}]\n", count: 1000).joined(separator: "---\n")
        ),
        (
            "repeats in repeats",
            scenario(
                "matrix: {n: [1]}\n",
                [
                    (0..<18).reduce("[{wait: 1s}]") { text, level in
                        "[{repeat: {times: 2, as: v\(level), steps: \(text)}}]"
                    }
                ])
        ),
        (
            "long expressions",
            scenario(
                "matrix: {n: [1]}\n",
                Array(
                    repeating:
                        "expect: [{messages: {data: {imageFileName: {regex: '\(String(repeating: "(a|b)+", count: 45))'}}}}]",
                    count: 900))
        ),
    ]

    /// Generous: each takes a fraction of a second, 20 s under the address sanitizer, or minutes if something grows faster than
    /// the file.
    @Test(arguments: texts.indices)
    func `no file of a mebibyte takes long to read`(index: Int) {
        let (what, text) = Self.texts[index]
        #expect(text.utf8.count <= SourceText.mostBytes, "\(what)")
        var count = 0
        let time = ContinuousClock().measure {
            count = ScenarioFile(name: "a.scenario.yaml", bytes: Array(text.utf8)).faults.count
        }
        #expect(count <= SourceText.mostFaults + 1)
        #expect(time < .seconds(90), "\(what)")
    }

    @Test func `a hundred faults are listed`() {
        let text = Self.scenario("matrix: {n: [1]}\n", Array(repeating: "createProces: {imageFilenam: x}", count: 300))
        let faults = ScenarioFile(name: "a.scenario.yaml", bytes: Array(text.utf8)).faults
        #expect(faults.count == SourceText.mostFaults + 1)
        #expect(faults.last?.detail == "has 100 faults or more; the first 100 are listed")
        #expect(faults.last?.line == nil)
    }
}

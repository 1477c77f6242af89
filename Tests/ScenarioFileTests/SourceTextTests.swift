import ScenarioFile
import Testing

@Suite struct SourceTextTests {
    @Test func `a file is read`() {
        let text = SourceText(name: "a.yaml", bytes: Array("steps:\n- a: 1\n  a: 2\n".utf8))
        #expect(
            text.documents().faults == [
                SourceFault(line: 3, path: "steps[0].a", "is given more than once, first in line 2")
            ])
    }
}

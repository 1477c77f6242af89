import ScenarioFile
import Testing

/// Slips of YAML that leave a file readable.
@Suite struct YAMLSlipTests {
    @Test(
        arguments: [
            (
                "{as:a, imageFileName: x}",
                "4: steps[0].createProcess.as: has no space after its colon; write as: a"
            ),
            (
                "{as: a, imageFileName:'C:\\x.exe'}",
                "4: steps[0].createProcess.imageFileName: has no space after its colon; write imageFileName: 'C:\\x.exe'"
            ),
        ] as [(String, String)])
    func `a member without a space after its colon is read as meant`(process: String, fault: String) {
        #expect(fileFaults("scenario: 1\nname: x\nsteps:\n  - createProcess: \(process)\n") == [fault])
    }

    @Test func `a name without a space after its colon is given nevertheless`() {
        let steps = "  - createProcess: {as:a, imageFileName: x}\n  - exitProcess: a\n"
        #expect(fileFaults("scenario: 1\nname: x\nsteps:\n" + steps).count == 1)
    }

    @Test(arguments: ["a.yaml", "a.json"])
    func `a path in double quotes whose backslash makes another character is a fault`(name: String) {
        let fault = #"1: a: has a control character behind its drive; write \\ for a backslash in double quotes"#
        for path in [#"C:\new\tool.exe"#, #"C:\temp"#, #"C:\bin\f.exe"#] {
            #expect(faults("{\"a\": \"\(path)\"}", name: name) == [fault])
        }
        #expect(faults(#"{"a": "C:\\new"}"#, name: name).isEmpty)
        #expect(faults("a: |\n  C:\n  b\n").isEmpty)
    }

    @Test func `a member that is there already is not read as meant`() {
        let found = fileFaults(
            "scenario: 1\nname: x\nsteps:\n  - loadImage: {process: 4, fullImageName: a, process:5}\n")
        #expect(found == ["4: steps[0].loadImage.process:5: unknown member; did you mean process?"])
    }

    @Test func `of two members that would have the same name the first is read as meant`() {
        let found = fileFaults(
            "scenario: 1\nname: x\nsteps:\n  - loadImage: {process:4, process:5, fullImageName: a}\n")
        #expect(
            found == [
                "4: steps[0].loadImage.process: has no space after its colon; write process: 4",
                "4: steps[0].loadImage.process:5: unknown member; did you mean process?",
            ])
    }

    @Test func `a name that begins with a combining character has its hint`() {
        let text = "scenario: 1\nname: x\nsteps: [{wait: 1s}]\nhosts:\n  \u{301}a:\n    engine:b\n"
        #expect(
            fileFaults(text).last == "5: hosts.\u{301}a: must be a mapping, not a text; write a space after the colon")
    }

    @Test func `a name that looks like a text with a colon is one, if it has a value`() {
        #expect(faults("{a:b: 1, 'c:d': 2, http://x: 3}").isEmpty)
    }

    @Test func `a scenario that follows without a line between is one fault, wherever its keys begin`() {
        let second = "5: name: is given more than once, first in line 2; divide scenarios by a line with ---"
        #expect(
            faults("scenario: 1\nname: x\nsteps:\n  - wait: 1s\nname: y\nscenario: 1\nsteps:\n  - wait: 1s\n") == [
                second
            ])
        #expect(
            faults("scenario: 1\nname: x\ntags: []\nname: z\nsteps: []\ntime: any\nscenario: 1\nname: y\nsteps: []\n")
                == [
                    "4: name: is given more than once, first in line 2",
                    "7: scenario: is given more than once, first in line 1; divide scenarios by a line with ---",
                ])
        #expect(
            faults("scenario: 1\nname: a\nscenario: 1\nname: b\nscenario: 1\nname: c\n---\nname: d\nname: e\n") == [
                "3: scenario: is given more than once, first in line 1; divide scenarios by a line with ---",
                "5: scenario: is given more than once, first in line 1; divide scenarios by a line with ---",
                "9: name: is given more than once, first in line 8",
            ])
    }
}

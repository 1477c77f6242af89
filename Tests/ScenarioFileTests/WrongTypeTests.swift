import ScenarioFile
import Testing

@Suite struct WrongTypeTests {
    @Test(arguments: [
        ("- createThread: app", "createThread: must be a mapping, not a text"),
        ("- createThread: 'target: app'", "createThread: must be a mapping, not a text"),
        ("- createThread: target:app", "createThread: must be a mapping, not a text; write a space after the colon"),
        ("- createThread: [app]", "createThread: must be a mapping, not a list"),
        ("- createThread:", "createThread: must be a mapping, not null; indent its members below it"),
        ("- setRules: 5", "setRules: must be a mapping, not 5"),
        ("- engine: deny", "engine: must be a mapping, not a text"),
        ("- config: [a]", "config: must be a mapping, not a list"),
        (
            "- repeat: {times: 1, steps: {wait: 1s}}",
            #"repeat.steps: must be a list, not a mapping; begin each item with "- ""#
        ),
        ("- repeat: {times: 1, steps: }", #"repeat.steps: must be a list, not null; begin each item with "- ""#),
        ("- repeat: {times: 1, steps: 3}", "repeat.steps: must be a list, not 3"),
        ("- expect: {lossless: true}", #"expect: must be a list, not a mapping; begin each item with "- ""#),
        ("- expect: [lossless]", "expect[0]: must be a mapping, not a text"),
        ("- expect: [{messages: async}]", "expect[0].messages: must be a mapping, not a text"),
        ("- expect: [{messages: {data: [1]}}]", "expect[0].messages.data: must be a mapping, not a list"),
        (
            "- expect: [{messages: {reply: 5}}]",
            "expect[0].messages.reply: must be a mapping of httpStatus, operationType, "
                + "accessDenied, rules, flags, not 5"
        ),
        (
            "- expect: [{order: {kind: sync}}]",
            #"expect[0].order: must be a list, not a mapping; begin each item with "- ""#
        ),
        (
            "- expect: [{messages: {data: {hashes: a}}, never: true}]",
            "expect[0].messages.data.hashes: must be a list, or has or lacks, not a text"
        ),
        ("- await: {step: a}", "await: must be a text, not a mapping"),
        ("- loadImage: {process: 4, fullImageName: [a]}", "loadImage.fullImageName: must be a text, not a list"),
        (
            "- loadImage: {process: 4, fullImageName: 5}",
            "loadImage.fullImageName: must be a text, not 5; quote it: '5'"
        ),
        (
            "- loadImage: {process: 4, fullImageName: a, imageBase: x}",
            "loadImage.imageBase: must be an integer or a hex text "
                + #"such as "0x1f", at most 0xffffffffffffffff, not "x""#
        ),
        (
            "- setRules: {process: 4, rules: {a: 1}}",
            "setRules.rules: must be a list of rules, such as "
                + #"["NotifyProcessCmdLine"], or a mask, such as "0x1f", not a mapping"#
        ),
        ("- notify: {async: SendFile, data: [1]}", "notify.data: must be a mapping, not a list"),
    ])
    func `a value of another type is called as YAML calls it`(step: String, fault: String) {
        #expect(fileFaults("scenario: 1\nname: x\nsteps:\n  \(step)\n") == ["4: steps[0]." + fault])
    }

    @Test(arguments: [
        ("steps: {wait: 1s}", #"3: steps: must be a list, not a mapping; begin each item with "- ""#),
        ("steps:\n  wait: 1s", #"3: steps: must be a list, not a mapping; begin each item with "- ""#),
        ("steps:\n  -wait: 1s", "3: steps: must be a list, not a mapping; write a space after the -"),
        ("steps:", #"3: steps: must be a list, not null; begin each item with "- ""#),
        ("steps: [wait]", "3: steps[0]: must be a mapping, not a text"),
        ("steps: [{wait: 1s}]\nhosts: [main]", "4: hosts: must be a mapping, not a list"),
        ("steps: [{wait: 1s}]\ntags: a", "4: tags: must be a list, not a text"),
        ("steps: [{wait: 1s}]\nrequires: engine", "4: requires: must be a mapping, not a text"),
        (
            "steps: [{wait: 1s}]\nrulePolicies: {a: b}",
            #"4: rulePolicies: must be a list, not a mapping; begin each item with "- ""#
        ),
        ("steps: [{wait: 1s}]\nvariables: [a]", "4: variables: must be a mapping of names to values, not a list"),
        (
            "steps: [{wait: 1s}]\nvariables: {a: {b: 1}}",
            "4: variables.a: must be a text, a number, a boolean or a list, not a mapping"
        ),
        ("steps: [{wait: 1s}]\nmatrix: 5", "4: matrix: must be a mapping of lists, or a list of rows, not 5"),
        ("steps: [{wait: 1s}]\nmatrix: [a]", "4: matrix[0]: must be a mapping of names to values, not a text"),
        (
            "steps: [{wait: 1s}]\ndescription: #1",
            "4: description: must be a text, not null; quote a text that begins with #"
        ),
        ("steps: [{wait: 1s}]\ndescription: ~", "4: description: must be a text, not null; quote it: '~'"),
    ])
    func `a key of another type is called as YAML calls it`(rest: String, fault: String) {
        #expect(fileFaults("scenario: 1\nname: x\n\(rest)\n").first == fault)
    }

    @Test(arguments: [
        ("5", "not 5"), ("true", "not true"), ("~", "not null"), ("a", "not a text"),
        ("[{scenario: 1}]", "not a list; write several scenarios as documents divided by ---"),
    ])
    func `a document of another type is called as YAML calls it`(document: String, end: String) {
        #expect(fileFaults(document + "\n") == ["1: must be a mapping that begins with scenario: 1, " + end])
    }
}

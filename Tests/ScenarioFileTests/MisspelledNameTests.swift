import ScenarioFile
import Testing

/// The faults of a scenario with these steps, each as `LINE: PATH: DETAIL`; the first step is in line 4.
private func faults(ofSteps steps: String, head: String = "") -> [String] {
    fileFaults("scenario: 1\nname: x\n\(head)steps:\n\(steps)\n")
}

/// The faults of a scenario file, each as `LINE: PATH: DETAIL`.
func fileFaults(_ text: String) -> [String] {
    ScenarioFile(name: "a.scenario.yaml", bytes: Array(text.utf8)).faults.map(\.shown)
}

@Suite struct MisspelledNameTests {
    @Test func `a misspelled action gives its names, and what is below it is checked`() {
        let steps = """
              - createProces: {as: ps, imageFilename: 'C:\\a.exe'}
              - createThread: {target: ps}
              - exitProcess: ps
            """
        #expect(
            faults(ofSteps: steps) == [
                "4: steps[0].createProces: unknown member; did you mean createProcess?",
                "4: steps[0].createProcess.imageFilename: unknown member; did you mean imageFileName?",
            ])
    }

    @Test(arguments: [
        (
            "  - {wait: 1s, expects: [{mesages: {kin: sync}}]}",
            ["expects", "expect[0].mesages", "expect[0].messages.kin"]
        ),
        ("  - repeat: {tims: 2, stepz: [{wayt: 1s}]}", ["repeat.tims", "repeat.stepz", "repeat.steps[0].wayt"]),
        ("  - engine: {replis: [{kinds: sync}]}", ["engine.replis", "engine.replies[0].kinds"]),
        (
            "  - {loadDriver: {fullImageName: a}, expect: [{routines: MpLoadImageNotifyRoutine, check: {}}]}",
            ["expect[0].routines", "expect[0].check"]
        ),
        (
            "  - expect: [{counters: {asynk: {enqueud: 1}}}]",
            ["expect[0].counters.asynk", "expect[0].counters.async.enqueud"]
        ),
    ])
    func `each misspelled member is one fault, however deep`(steps: String, paths: [String]) {
        let found = faults(ofSteps: steps).filter { $0.contains("unknown member; did you mean ") }
        #expect(found.map { String($0.split(separator: ":")[1].dropFirst()) } == paths.map { "steps[0].\($0)" })
        // An empty mapping of checks is a fault of its own.
        #expect(faults(ofSteps: steps).count <= paths.count + 1)
    }

    @Test func `one name for two things is one fault, and later steps may use it for both`() {
        let steps = """
              - createProcess: {as: app, imageFileName: 'C:\\a.exe'}
              - createThread: {as: app, target: app}
              - streamContext: {as: app, fileName: 'C:\\a.txt'}
              - deleteThread: app
              - exitProcess: app
              - {id: app, wait: 1s}
            """
        #expect(
            faults(ofSteps: steps) == [
                "5: steps[1].createThread.as: \"app\" is the name of a process (line 4)",
                "6: steps[2].streamContext.as: \"app\" is the name of a process (line 4)",
            ])
    }

    @Test func `a later round cannot give a name that an earlier step gave`() {
        let steps = """
              - createProcess: {as: app-1, imageFileName: 'C:\\a.exe'}
              - createProcess: {as: app-2, imageFileName: 'C:\\a.exe'}
              - createProcess: {as: app-x, imageFileName: 'C:\\a.exe'}
              - repeat: {times: 2, steps: [{createProcess: {as: 'app-${i}', imageFileName: 'C:\\a.exe'}}]}
              - repeat: {times: 2, steps: [{streamContext: {as: 'app-${i}', fileName: 'C:\\a.txt'}}]}
              - repeat: {times: 2, steps: [{createThread: {as: 't-${i}', target: 4}}]}
              - repeat: {times: 1, steps: [{createThread: {as: 'app-${i}', target: 4}}]}
            """
        #expect(
            faults(ofSteps: steps) == [
                "7: steps[3].repeat.steps[0].createProcess.as: duplicate name \"app-1\" (line 4)",
                "8: steps[4].repeat.steps[0].streamContext.as: \"app-1\" is the name of a process (line 4)",
            ])
    }

    @Test func `a misspelled key of a scenario is read as the one that was meant`() {
        let text = """
            scenaro: 1
            nam: x
            variabels: {n: 1}
            rulePolices: [{imageFileName: a, rule: [NotifyImageLoadRul]}]
            steps:
              - worker: {step: '${n}'}
            """
        #expect(
            fileFaults(text) == [
                "1: scenaro: unknown member; did you mean scenario?", "2: nam: unknown member; did you mean name?",
                "3: variabels: unknown member; did you mean variables?",
                "4: rulePolices: unknown member; did you mean rulePolicies?",
                "4: rulePolicies[0].rule: unknown member; did you mean rules?",
                #"4: rulePolicies[0].rules[0]: "NotifyImageLoadRul" is not a rule; did you mean NotifyImageLoadRule?"#,
            ])
    }

    @Test func `a misspelled value is read as the one that was meant`() {
        #expect(
            faults(ofSteps: "  - expect: [{messages: {kind: snc, notificationNumber: 1}}]") == [
                #"4: steps[0].expect[0].messages.kind: must be one of "sync", "async", "direct", not "snc"; did you mean "sync"?"#,
                "4: steps[0].expect[0].messages.notificationNumber: can never hold: sync messages have no notificationNumber",
            ])
    }

    @Test func `each of thirty misspelled names gets its suggestion`() {
        let steps = (1...30).map { _ in "  - expect: [{messages: {kind: snc, data: {targetProces: 4}}}]" }
        let found = faults(ofSteps: steps.joined(separator: "\n"))
        #expect(found.count == 60)
        #expect(found.allSatisfy { $0.contains("did you mean") })
    }

    @Test func `a name that nothing has is one fault with all of its lines`() {
        let steps = """
              - createProcess: {as: notpad, imageFileName: x}
              - createThread: {target: notepad}
              - loadImage: {process: notepad, fullImageName: x}
              - exitProcess: notepad
            """
        #expect(
            faults(ofSteps: steps) == [
                #"5: steps[1].createThread.target: no process is called "notepad" here; "notpad" is (line 4), "#
                    + "used again in line 6, 7"
            ])
    }

    @Test func `a step that is awaited by a misspelled name is awaited`() {
        let steps = """
              - createProcess: {as: app, imageFileName: x}
              - {id: inject, background: true, createThread: {target: app}}
              - await: injct
            """
        #expect(
            faults(ofSteps: steps) == [
                #"6: steps[2].await: no earlier step is called "injct" here; "inject" is (line 5)"#
            ])
    }

    @Test(arguments: [
        ("  - createProcess: {as: my app, imageFileName: x}\n  - exitProcess: my app", "steps[0].createProcess.as"),
        (
            "  - {createProcess: {as: a, imageFileName: x}, createThread: {target: a, as: t}}\n  - deleteThread: t",
            "steps[0]"
        ),
        ("  - repeat: {times: x, steps: [{createProcess: {as: 'a${i}', imageFileName: x}}]}", "steps[0].repeat.times"),
        (
            "  - repeat: {times: 2, steps: [{createProcess: {as: a, imageFileName: x}}, {exitProcess: a}]}",
            "steps[0].repeat.steps[0].createProcess.as"
        ),
        ("  - fork: {as: other}\n  - {host: other, wait: 1s}", "steps[0].fork"),
        ("  - {id: a}\n  - expect: [{messages: {kind: sync}, by: a}]", "steps[0]"),
    ])
    func `a fault where a name is given does not make faults where it is used`(steps: String, path: String) {
        let found = faults(ofSteps: steps)
        #expect(found.count == 1, "\(found)")
        #expect(found.first?.contains(": \(path): ") == true, "\(found)")
    }

    @Test(arguments: [
        ("variables: {delayMs: 1}\n", "'${dealyMs}'", "5: steps[0].worker.step: unknown variable"),
        ("variables: {n: {a: 1}}\n", "'${n}'", "3: variables.n: must be a text"),
        ("matrix: {n: {}}\n", "'${n}'", "3: matrix.n: must be a list"),
        ("matrix: [5]\nvariables: {n: 1}\n", "'${n}'", "3: matrix[0]: must be a mapping"),
        ("matrix: [{n: 1, m: 1}, {k: 1, mm: 1}]\n", "'${n}'", "3: matrix[1].k: the first row has no k"),
    ])
    func `a fault of a variable does not make faults where it is used`(head: String, value: String, first: String) {
        let line = head.contains("\nvariables") ? 6 : 5
        let found = faults(ofSteps: "  - {worker: {step: \(value)}, foo: 1}", head: head)
        #expect(found.first?.hasPrefix(first) == true, "\(found)")
        #expect(found.contains { $0.hasPrefix("\(line): steps[0].foo: unknown member") }, "\(found)")
        #expect(!found.contains { $0.contains("worker.step: must be") }, "\(found)")
    }

    @Test func `a misspelled variable of a row is read as the one that was meant`() {
        #expect(
            faults(ofSteps: "  - wait: '${delay}ms'", head: "matrix: [{delay: 1}, {dealy: 2}]\n") == [
                "3: matrix[1].dealy: the first row has no dealy; did you mean delay?"
            ])
    }

    @Test(arguments: [
        ("sync: {timeouts: 3}", "counters.sync.timeouts", "; did you mean sync.*.ioTimeoutCount or "),
        ("ioTimeoutCount: 3", "counters.ioTimeoutCount", "; did you mean sync.*.ioTimeoutCount?"),
        (
            "sync: {RegistryEventSync: {dropped: 1}}", "counters.sync.RegistryEventSync.dropped",
            "did you mean async.droppedOnOverflow?"
        ),
        ("async: {foo: 1}", "counters.async.foo", "; use one of asyncNotificationCount, "),
        ("async: {foo: 1}", "counters.async.foo", "; wdfilterd vocabulary explains the counters"),
    ])
    func `an unknown counter names those that were probably meant, with their paths`(
        counters: String, path: String, hint: String
    ) {
        let found = faults(ofSteps: "  - expect: [{counters: {\(counters)}}]")
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("4: steps[0].expect[0].\(path): unknown member") == true, "\(found)")
        #expect(found.first?.contains(hint) == true, "\(found)")
    }
}

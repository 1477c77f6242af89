import ScenarioFile
import Testing

@Suite struct DurationTests {
    /// The faults of a file whose only step waits, without their line and path.
    private func faults(ofWait value: String) -> [String] {
        fileFaults("scenario: 1\nname: x\nsteps: [{wait: \(value)}]\n").map {
            String($0.trimmingPrefix("3: steps[0].wait: "))
        }
    }

    @Test(arguments: [
        ("timeout: 0s\nsteps: [{wait: 1s}]", #"3: timeout: must be more than 0s, not "0s""#),
        ("timeout: 0.000s\nsteps: [{wait: 1s}]", #"3: timeout: must be more than 0s, not "0.000s""#),
        (
            "steps: [{wait: {until: [{lossless: true}], within: 0ms}}]",
            #"3: steps[0].wait.within: must be more than 0s, not "0ms""#
        ),
    ])
    func `what limits a time is more than zero`(rest: String, fault: String) {
        #expect(fileFaults("scenario: 1\nname: x\n\(rest)\n") == [fault])
    }

    @Test(arguments: ["0s", "0ms", "20ms", "1.5s", "05s", "2m", "1440m", "86400.000s"])
    func `a wait is digits and a unit, from 0 to a day`(value: String) {
        #expect(faults(ofWait: value).isEmpty)
    }

    @Test(arguments: [
        ("5", "has no unit; write 5ms, 5s or 5m"), ("1.5", "has no unit; write 1.5s"),
        ("'5'", "has no unit; write 5ms, 5s or 5m"), ("1h", #"unknown unit "h" in "1h"; use ms, s or m"#),
        ("5sec", #"unknown unit "sec" in "5sec"; use ms, s or m"#),
        ("5S", #"unknown unit "S" in "5S"; use ms, s or m"#),
        ("5µs", #"unknown unit "µs" in "5µs"; use ms, s or m"#),
        ("5 s", #"must have no space before its unit, not "5 s"; write 5s"#),
        ("5 sec", #"unknown unit "sec" in "5 sec"; use ms, s or m"#), ("-1s", #"must be at least 0s, not "-1s""#),
        ("-1", "must be at least 0s, not -1"), ("1.5m", #"only seconds have decimals, at most three, not "1.5m""#),
        ("1.2345s", #"only seconds have decimals, at most three, not "1.2345s""#),
        ("1.s", #"only seconds have decimals, at most three, not "1.s""#),
        ("1441m", #"must be at most 1440m, a day, not "1441m""#),
        ("99999999999999999999999s", #"must be at most 1440m, a day, not "99999999999999999999999s""#),
        ("''", #"must be a duration with its unit, such as 20ms, 5s or 2m, not """#),
        ("soon", #"must be a duration with its unit, such as 20ms, 5s or 2m, not "soon""#),
        ("s", #"must be a duration with its unit, such as 20ms, 5s or 2m, not "s""#),
        ("1m30s", #"must be a duration with its unit, such as 20ms, 5s or 2m, not "1m30s""#),
        ("1:30", #"must be a duration with its unit, such as 20ms, 5s or 2m, not "1:30""#),
        ("true", "must be a duration with its unit, such as 20ms, 5s or 2m, not true"),
        ("~", "must be a duration with its unit, such as 20ms, 5s or 2m, not null"),
    ])
    func `a fault of a duration says which part is wrong`(value: String, fault: String) {
        #expect(faults(ofWait: value) == [fault])
    }
}

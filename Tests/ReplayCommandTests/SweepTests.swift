import ArgumentParser
import Console
import Testing

@testable import ReplayCommand

@Suite struct SweepAxisTests {
    @Test(arguments: [
        ("latency=1ms,20ms,1.5s", [1000, 20_000, 1_500_000]), ("latency=500us", [500]), ("queue=64,16,64", [16, 64]),
        ("queue=1..4:4", [1, 2, 3, 4]), ("queue=0..10:3:linear", [0, 5, 10]), ("fail-every=0,2", [0, 2]),
        ("latency=1ms..100ms:3", [1000, 10_000, 100_000]), ("queue=1..3:linear:2", [1, 3]),
    ])
    func `values are a list or a range`(text: String, values: [Int]) throws {
        #expect(try SweepAxis(text).values == values)
    }

    @Test func `a range has 20 values with about equal ratios`() throws {
        let values = try SweepAxis("latency=1ms..2s").values
        #expect((values.count, values.first, values.last) == (20, 1000, 2_000_000))
        let ratios = zip(values, values.dropFirst()).map { Double($1) / Double($0) }
        #expect(ratios.allSatisfy { (1.47...1.52).contains($0) })
    }

    @Test(arguments: [
        ("", "write NAME=VALUES"), ("speed=1", "NAME is one of latency, queue, fail-every"),
        ("latency", "write NAME=VALUES"),
        ("latency=", "\"\" is not a time"), ("latency=5", "\"5\" is not a time"),
        ("latency=1ms,,2ms", "\"\" is not a time"),
        ("latency=2s..1s", "must begin with its smaller value"),
        ("latency=1s..1s", "must begin with its smaller value"),
        ("latency=0ms..1s", "cannot begin with 0"), ("latency=61s", "is not in 0 ms to 60 s"),
        ("latency=1ms..", "\"\" is not a time"), ("queue=1..10:1", "\"1\": write a number of values"),
        ("queue=1..10:201", "\"201\": write a number of values"),
        ("queue=1..10:linear:linear", "\"linear\": write"), ("queue=1..10:5:6", "\"6\": write"),
        ("queue=1..10:log", "\"log\": write a number of values"),
        ("queue=1,2:3", "a list has no \":3\""), ("queue=-1", "\"-1\" is not a whole number"),
        ("queue=1000001", "is not in 0 to 1,000,000"), ("queue=99999999999999999999", "is not a whole number"),
        ("latency=99999999999999999999s", "is not a time"), ("fail-every=1.5", "\"1.5\" is not a whole number"),
    ])
    func `a wrong part is named`(text: String, fault: String) {
        let error = #expect(throws: ValidationError.self) { try SweepAxis(text) }
        #expect(error?.message.contains(fault) == true)
    }

    @Test func `200 values are the most of a list`() throws {
        let list = (1...201).map(String.init)
        #expect(try SweepAxis("queue=" + list.prefix(200).joined(separator: ",")).values.count == 200)
        #expect(throws: ValidationError.self) { try SweepAxis("queue=" + list.joined(separator: ",")) }
    }

    @Test(arguments: [
        (0, "0 ms"), (1, "1 us"), (999, "999 us"), (1000, "1 ms"), (1490, "1.49 ms"), (84_000, "84 ms"),
        (84_500, "84.5 ms"),
        (982_000, "982 ms"), (1_040_000, "1.04 s"), (2_000_000, "2 s"), (60_000_000, "60 s"),
    ])
    func `a latency is shown with three digits`(microseconds: Int, text: String) {
        #expect(SweepAxis.Parameter.latency.text(microseconds) == text)
    }
}

@Suite struct SweepCommandTests {
    @Test(arguments: [
        ["--pace", "asap"], ["--engine-url", "http://127.0.0.1:1"], ["--server", "http://127.0.0.1:1"],
        ["--format", "native"],
        ["--messages", "m"], ["--compare", "c"], ["--fail-on-loss=0"], ["--max-queue", "1"], ["--fail-under", "1"],
        ["--max-delay", "1s"], ["--engine-latency", "1ms"], ["--sweep", "latency=1ms"],
        ["--sweep", "queue=1", "--sweep", "fail-every=1"], ["--sweep", "queue=1..100:30"],
        ["--sweep", "queue=1", "--queue-limit", "5"], ["--sweep", "fail-every=1", "--engine-fail-every", "5"],
    ])
    func `what a sweep cannot have is refused`(arguments: [String]) {
        #expect(throws: (any Error).self) {
            try ReplayCommand.parse(["f", "--sweep", "latency=1ms..2s"] + arguments).checkOptions()
        }
    }

    @Test func `a sweep implies the recorded pace`() throws {
        let command = try ReplayCommand.parse([
            "f", "--sweep", "latency=1ms", "--sweep", "queue=1,2", "--points", "p.csv",
        ])
        try command.checkOptions()
        #expect(command.pace == .speed(1))
        #expect(try ReplayCommand.parse(["f", "--sweep", "latency=1ms", "--pace", "x10"]).pace == .speed(10))
        #expect(throws: (any Error).self) { try ReplayCommand.parse(["f", "--points", "p"]).checkOptions() }
    }
}

@Suite struct SweepKneeTests {
    private func point(_ value: Int, lost: Int) -> SweepPoint {
        SweepPoint(
            values: [value], isRefined: false, messages: 10, lost: lost, longestDelay: 1, longestQueue: 1, afterExit: 0,
            afterEnd: 0)
    }

    private func knee(_ points: KeyValuePairs<Int, Int>, _ axis: SweepAxis.Parameter = .latency) -> SweepKnee {
        SweepKnee(points.map { point($0.key, lost: $0.value) }, along: axis, row: nil)
    }

    @Test func `the edge is the hardest value at which nothing is lost, as at every easier one`() {
        let latency = knee([1: 0, 2: 0, 3: 5, 4: 7])
        #expect((latency.value, latency.beyond?.values, latency.again) == (2, [3], nil))
        let queue = knee([1: 9, 16: 2, 64: 0, 256: 0], .queue)
        #expect((queue.value, queue.beyond?.values) == (64, [16]))
        let failures = knee([0: 0, 2: 4, 100: 0], .failEvery)
        #expect((failures.value, failures.beyond?.values) == (100, [2]))
    }

    @Test func `there may be no edge`() {
        let none = knee([1: 0, 2: 0])
        #expect((none.value, none.beyond, none.gap == nil) == (2, nil, true))
        let all = knee([1: 3, 2: 5])
        #expect((all.value, all.beyond?.values, all.gap == nil) == (nil, [1], true))
    }

    @Test func `losses that come and go are noticed`() {
        #expect(knee([1: 0, 2: 3, 3: 0, 4: 5]).again == 3)
    }

    @Test func `a gap of more than 5 % is refined`() throws {
        #expect(try #require(knee([1000: 0, 1060: 1]).gap) == (1000, 1060))
        #expect(knee([1000: 0, 1050: 1]).gap == nil)
        #expect(knee([1: 0, 2: 1]).gap == nil)
        #expect(try #require(knee([0: 0, 2: 1]).gap) == (0, 2))
        #expect(try #require(knee([0: 0, 10: 1], .failEvery).gap) == (10, 1_000_001))
        #expect(knee([0: 0, 1_000_000: 1], .failEvery).gap == nil)
    }

    /// Wherever the edge is, also right beside a value.
    @Test(
        arguments: [
            (SweepAxis.Parameter.latency, [0, 60_000_000]), (.latency, [1000, 2_000_000]), (.queue, [0, 1_000_000]),
            (.queue, [3, 5]), (.failEvery, [0, 2]), (.failEvery, [0, 1_000_000]), (.failEvery, [2, 1_000_000]),
        ], [0, 1, 2, 3, 10, 177, 5000, 999_999])
    func `a search for the edge comes to an end`(range: (axis: SweepAxis.Parameter, values: [Int]), edge: Int) {
        let (axis, values) = range
        func loses(_ value: Int) -> Bool {
            axis.getsHarder ? value > edge : axis.place(of: value) < axis.place(of: edge)
        }
        var result = SweepResult([SweepAxis(axis, values)])
        func add(_ values: some Sequence<Int>) { result.add(values.map { point($0, lost: loses($0) ? 1 : 0) }) }
        add(values)
        var passes = 0
        while let more = result.valuesToRefine {
            add(more)
            passes += 1
            #expect(more.allSatisfy { axis.range.contains($0) } && passes < 20)
            if passes >= 20 { return }
        }
        let knee = result.knees[0]
        #expect(knee.value.map(loses) != true && knee.beyond.map { loses($0.values[0]) } != false)
    }

    @Test func `a sentence says where the edge is`() throws {
        func answer(_ axis: SweepAxis.Parameter, _ points: KeyValuePairs<Int, Int>) -> [String] {
            var result = SweepResult([SweepAxis(axis, points.map(\.key).sorted())])
            result.add(points.map { point($0.key, lost: $0.value) })
            return result.answer
        }
        #expect(
            answer(.latency, [84_000: 0, 88_000: 3]) == [
                "Your engine loses nothing up to 84 ms; at 88 ms it loses 3 of 10."
            ])
        #expect(answer(.latency, [1000: 0, 2000: 0]) == ["Your engine loses nothing at any latency up to 2 ms."])
        #expect(
            answer(.latency, [1000: 1]) == ["Your engine loses messages at every latency: at 1 ms it loses 1 of 10."])
        #expect(
            answer(.queue, [4: 1, 8: 0, 2: 0])
                == [
                    "Your engine loses nothing down to queue 8; at queue 4 it loses 1 of 10; losses come and go: none at queue 2."
                ])
    }

    @Test func `a cell of CSV and a member of JSON are figures`() {
        var result = SweepResult([SweepAxis(.latency, [1000])])
        result.add([point(1000, lost: 2)])
        let header = "latencyMicroseconds,messages,lost,maxDelayMicroseconds,queuePeak,afterExit,afterEnd,refined"
        #expect(String(decoding: result.csv, as: UTF8.self) == header + "\r\n1000,10,2,1,1,0,0,0\r\n")
        #expect(
            String(decoding: result.ndjson, as: UTF8.self)
                == #"{"latencyMicroseconds":1000,"messages":10,"lost":2,"maxDelayMicroseconds":1,"queuePeak":1,"afterExit":0,"afterEnd":0,"refined":false}"#
                + "\n")
    }
}

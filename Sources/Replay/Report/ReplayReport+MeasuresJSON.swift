import DriverJSON
import JSON

extension ReplayReport {
    /// Writes the members with delays, queue, late messages, processes and gates.
    func writeMeasures(to json: inout JSONWriter) {
        json.member("delay", each: delays) { $1.write(to: &$0) }
        json.member("queue") { json in
            json.object { json in
                json.member("peak", queue.peak)
                if let time = queue.peakAt { json.member("peakAt", time) }
            }
        }
        json.member("late") { json in
            json.object { json in
                json.member("afterExit", late.afterExit)
                json.member("afterEnd", late.afterEnd)
            }
        }
        let written = json.member(
            "processes", each: processes, within: ReplayReport.mostProcessBytes, atLeast: 0
        ) { $1.write(to: &$0) }
        json.member("processesUnlisted", processes[written...].reduce(processesUnlisted) { $0 + $1.messages })
        json.member("gates", each: gates) { $1.write(to: &$0) }
        if let comparison { json.member("comparison") { comparison.write(to: &$0) } }
    }
}

extension ReplayReport.Delay {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            type.writeMembers(to: &json)
            json.member("count", count)
            json.member("p50Microseconds", p50)
            json.member("p99Microseconds", p99)
            json.member("maxMicroseconds", longest)
        }
    }

    init(_ object: JSONObject) {
        self.init(
            type: MessageTypeName(object), count: object.count("count"), p50: object.number("p50Microseconds"),
            p99: object.number("p99Microseconds"), longest: object.number("maxMicroseconds"))
    }
}

extension ReplayReport.Queue {
    /// Reads a queue; a report of an earlier version has none.
    init(_ object: JSONObject?) {
        self.init(peak: object?.count("peak") ?? 0, peakAt: object?.optionalText("peakAt"))
    }
}

extension ReplayReport.Late {
    /// Reads the numbers; a report of an earlier version has none.
    init(_ object: JSONObject?) {
        self.init(afterExit: object?.count("afterExit") ?? 0, afterEnd: object?.count("afterEnd") ?? 0)
    }
}

extension ReplayReport.Process {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            if let machine { json.member("machine", machine) }
            json.member("processId", processId)
            if let imageFileName { json.member("imageFileName", imageFileName) }
            json.member("messages", messages)
            json.member("lost", lost)
            json.member("afterExit", afterExit)
            if let longestDelay { json.member("maxDelayMicroseconds", longestDelay) }
        }
    }

    init(_ object: JSONObject) {
        self.init(
            machine: object.optionalText("machine"), processId: object.required("processId") { $0.id() } ?? 0,
            imageFileName: object.optionalText("imageFileName"), messages: object.count("messages"),
            lost: object.count("lost"), afterExit: object.count("afterExit"),
            longestDelay: object.optional("maxDelayMicroseconds") { $0.unsigned(in: 0...UInt64.max) })
    }
}

extension ReplayReport.Gate {
    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("name", name)
            json.member("limit", json: Self.text(limit))
            json.member("value", json: Self.text(value))
            json.member("passed", passed)
        }
    }

    /// A number without needless decimals.
    private static func text(_ number: Double) -> [UInt8] {
        Array((Int(exactly: number).map(String.init) ?? "\(number)").utf8)
    }
}

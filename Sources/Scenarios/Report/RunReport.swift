import Bytes
public import JSON
public import Messages
public import Replay

/// All that a report says about a run.
public struct RunReport: Sendable {
    /// The version of wdfilterd.
    public var version: String
    /// Whether cases ran in virtual or in real time.
    public var time: CasePlan.Time
    /// The engine under test, a URL; nil for embedded engines.
    public var engine: String?
    /// The service on which the hosts were; nil for hosts in this process.
    public var server: String?
    /// The cases, by file, line and row.
    public var cases: [CaseReport]
    /// The faults of files that could not be read.
    public var faults: [FileFault]
    /// How many files there were.
    public var fileCount: Int
    /// How long the run took, in real time.
    public var seconds = 0.0
    /// When the run began.
    public var started = FileTime.none
    /// The part of the cases that was run; nil for all.
    public var shard: Shard?

    /// Why no case could be run, a phrase; nil if they were.
    public var obstacle: String?
    /// The outcomes of the driver's conditions over all cases; nil if nobody asked.
    public var coverage: CoverageReport?

    /// A run of `cases`.
    public init(version: String, time: CasePlan.Time, cases: [CaseReport], faults: [FileFault] = [], fileCount: Int) {
        self.version = version
        self.time = time
        self.cases = cases
        self.faults = faults
        self.fileCount = fileCount
    }

    /// A fault of a file.
    public struct FileFault: Hashable, Sendable {
        /// The path of the file.
        public var file: String
        /// The line.
        public var line: Int?
        /// The value, `steps[3].createThread.target`.
        public var path: String
        /// The description, a phrase.
        public var detail: String

        /// A fault of `file`.
        public init(file: String, line: Int?, path: String, detail: String) {
            self.file = file
            self.line = line
            self.path = path
            self.detail = detail
        }
    }

    /// A part of the cases of a run: `2/5`.
    public struct Shard: Hashable, Sendable {
        /// Its number, from 1.
        public let number: Int
        /// How many shards there are.
        public let count: Int
        /// How many cases all shards have together.
        public var total = 0

        /// The shard `number` of `count`.
        public init(number: Int, count: Int) {
            self.number = number
            self.count = count
        }
    }

    /// A file that could not be read as scenarios, with all of its faults.
    public struct WrongFile: Sendable {
        /// The path of the file.
        public let file: String
        /// The faults, by line.
        public internal(set) var faults: [FileFault]
    }

    /// The files that have a fault, in the order of the faults.
    public var wrongFiles: [WrongFile] {
        faults.reduce(into: []) { files, fault in
            if files.last?.file == fault.file {
                files[files.count - 1].faults.append(fault)
            } else {
                files.append(WrongFile(file: fault.file, faults: [fault]))
            }
        }
    }

    /// How many cases ended in each way.
    public struct Sums: Hashable, Sendable {
        /// They passed.
        public var pass = 0
        /// An expectation did not hold.
        public var fail = 0
        /// They were not run.
        public var skip = 0
        /// Nothing can be said. A file with faults counts once.
        public var error = 0
        /// They passed, but not at once.
        public var flaky = 0
    }

    /// How many cases ended in each way.
    public var sums: Sums {
        var sums = Sums()
        sums.error = wrongFiles.count
        for report in cases {
            switch report.verdict {
            case .pass: sums.pass += 1
            case .fail: sums.fail += 1
            case .skip: sums.skip += 1
            case .error: sums.error += 1
            }
            if !report.flaky.isEmpty { sums.flaky += 1 }
        }
        return sums
    }
}

extension RunReport {
    /// Writes the report; `timings` adds durations, which differ from run to run.
    public func write(to json: inout JSONWriter, timings: Bool) {
        json.object { json in
            json.member("report", 1)
            json.member("wdfilterd", version)
            json.member("time", time.rawValue)
            if let engine { json.member("engine", engine) } else { json.memberNull("engine") }
            if let server { json.member("server", server) }
            if let obstacle { json.member("obstacle", obstacle) }
            if let shard { json.member("shard") { shard.write(to: &$0) } }
            let sums = sums
            json.member("sums") { json in
                json.object { json in
                    json.member("pass", sums.pass)
                    json.member("fail", sums.fail)
                    json.member("skip", sums.skip)
                    json.member("error", sums.error)
                    json.member("flaky", sums.flaky)
                }
            }
            json.member("cases", each: cases) { json, report in report.write(to: &json, timings: timings) }
            json.member("faults", each: faults) { json, fault in fault.write(to: &json) }
            if let coverage { json.member("coverage") { coverage.write(to: &$0) } }
            if timings { json.member("seconds") { $0.value(seconds: seconds) } }
        }
    }
}

extension RunReport.Shard: CustomStringConvertible {
    /// `2/5`.
    public var description: String { "\(number)/\(count)" }

    fileprivate func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("number", number)
            json.member("count", count)
            json.member("total", total)
        }
    }
}

extension RunReport.FileFault: CustomStringConvertible {
    /// `FILE:LINE: PATH: what is wrong`.
    public var description: String {
        let line = line.map { ":\($0)" } ?? ""
        return "\(file.escapingInvisible)\(line): " + (path.isEmpty ? "" : path.escapingInvisible + ": ") + detail
    }

    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("file", file)
            if let line { json.member("line", line) }
            json.member("path", path)
            json.member("detail", detail)
        }
    }
}

extension JSONWriter {
    /// Writes a number of seconds to the microsecond.
    mutating func value(seconds: Double) {
        let micros = UInt64((max(0, seconds) * 1e6).rounded())
        let fraction = String(micros % 1_000_000)
        let padded = String(repeating: "0", count: 6 - fraction.utf8.count) + fraction
        value(json: Array("\(micros / 1_000_000).\(padded)".utf8))
    }
}

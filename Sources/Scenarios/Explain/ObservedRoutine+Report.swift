import Driver

extension ObservedRoutine.Look {
    /// The number at the end of what it looked at: a pid, a count.
    var number: UInt32? {
        UInt32(String(value.reversed().prefix { $0.isASCII && $0.isNumber }.reversed()))
    }

    /// The condition as a report shows it.
    var report: Reason.CheckReport { Reason.CheckReport(check: "\(check.text)", holds: holds, value: value) }
}

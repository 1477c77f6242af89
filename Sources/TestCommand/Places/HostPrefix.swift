import Bytes

/// The beginning of the names of a case's hosts, different for each case.
enum HostPrefix {
    /// `t-RANDOM-`.
    static func random() -> String { "t-" + UInt32.random(in: 0...UInt32.max).hexDigits(8) + "-" }
}

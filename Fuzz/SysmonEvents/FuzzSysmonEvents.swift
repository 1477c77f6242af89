import FuzzEventFeed
import Replay

/// Records of Sysmon; see `fuzzEventFeed`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzSysmonEvents(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzEventFeed(start, count, as: .sysmon)
}

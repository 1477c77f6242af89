import FuzzEventFeed
import Replay

/// Event lines in our native format; see `fuzzEventFeed`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzNativeEvents(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    fuzzEventFeed(start, count, as: .native)
}

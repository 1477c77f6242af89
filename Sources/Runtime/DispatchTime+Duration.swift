import Bytes
public import Dispatch

extension DispatchTime {
    /// The time `delay` from now: now if `delay` is not positive, never if it is a century or more.
    public static func after(_ delay: Duration) -> DispatchTime {
        delay < .century ? .now() + .nanoseconds(Int(delay.nanoseconds)) : .distantFuture
    }
}

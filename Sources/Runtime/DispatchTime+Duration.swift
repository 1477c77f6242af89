import Bytes
public import Dispatch

extension DispatchTime {
    /// The moment that is `delay` from now: now itself when it is not positive, never when it is a century or more.
    public static func after(_ delay: Duration) -> DispatchTime {
        delay < .century ? .now() + .nanoseconds(Int(delay.nanoseconds)) : .distantFuture
    }
}

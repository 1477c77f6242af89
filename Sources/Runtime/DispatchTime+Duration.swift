public import Dispatch

extension DispatchTime {
    /// The moment that is `delay` from now: now itself when it is not positive, never when it is a century or more.
    public static func after(_ delay: Duration) -> DispatchTime {
        let now = DispatchTime.now()
        guard delay > .zero else { return now }
        let (seconds, attoseconds) = delay.components
        // Dispatch counts nanoseconds in 63 bits; a century is as good as never and far from their end.
        let century: Int64 = 100 * 365 * 86_400
        guard seconds < century else { return .distantFuture }
        return now + .nanoseconds(Int(seconds * 1_000_000_000 + attoseconds / 1_000_000_000))
    }
}

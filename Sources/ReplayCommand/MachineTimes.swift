import Locking
import Runtime

/// The virtual times of the machines of a replay. Machines have nothing in common, so at a pace each has its own: in whatever order
/// a recording has them, none waits for another (decision 49).
///
/// For a single thread: the one that runs the drivers also calls `step`.
final class MachineTimes: Sendable {
    private struct State {
        var all: [VirtualTime] = []
        var byMachine: [String?: VirtualTime] = [:]
        /// That of the machine whose turn it is.
        var current: VirtualTime?
        /// That which passed last, when the current one had no timer.
        var other: VirtualTime?
    }

    private let isShared: Bool
    private let state = Locked(State())

    /// Times that start at zero; one for all machines if it `isShared`.
    init(isShared: Bool) { self.isShared = isShared }

    /// The time of a machine.
    func time(of machine: String?) -> VirtualTime {
        let key = isShared ? nil : machine
        return state.withLock { state in
            if let time = state.byMachine[key] { return time }
            let time = VirtualTime()
            state.byMachine[key] = .some(time)
            state.all.append(time)
            return time
        }
    }

    /// Begins the turn of a machine, and returns its time.
    func turn(to machine: String?) -> VirtualTime {
        let time = time(of: machine)
        state.withLock { $0.current = time }
        return time
    }

    /// Advances to the time of a timer and calls its body: of the next timer of the machine whose turn it is or, if that one has none, as
    /// at the end, of another machine. False if no timer is waiting.
    func step() -> Bool {
        let (current, other, all) = state.withLock { ($0.current, $0.other, $0.all) }
        if current?.step() == true || other?.step() == true { return true }
        guard let next = all.first(where: { $0.step() }) else { return false }
        state.withLock { $0.other = next }
        return true
    }
}

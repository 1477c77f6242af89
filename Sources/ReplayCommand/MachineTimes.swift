import Locking
import Runtime

/// The virtual times of the machines of a replay. Machines share nothing else, so at a pace each has its own time, and none waits for
/// another, whatever their order in the recording (decision 49).
///
/// For a single thread: the one that runs the drivers also calls `step`.
final class MachineTimes: Sendable {
    private struct State {
        var all: [VirtualTime] = []
        var byMachine: [String?: VirtualTime] = [:]
        /// The time of the machine that has the turn.
        var current: VirtualTime?
        /// The time that passed last while `current` had no timer.
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

    /// Gives the turn to a machine, and returns its time.
    func turn(to machine: String?) -> VirtualTime {
        let time = time(of: machine)
        state.withLock { $0.current = time }
        return time
    }

    /// Advances to the next timer of the machine that has the turn, and calls the timer's body. If that machine has no timer, as at the
    /// end, another machine's time passes instead. Returns false if no machine has a timer.
    func step() -> Bool {
        let (current, other) = state.withLock { ($0.current, $0.other) }
        if current?.step() == true || other?.step() == true { return true }
        guard let next = state.withLock({ $0.all }).first(where: { $0.step() }) else { return false }
        state.withLock { $0.other = next }
        return true
    }
}

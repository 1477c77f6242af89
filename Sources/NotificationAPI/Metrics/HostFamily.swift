import Driver
import Messages

/// A metric of each host: one number, one number per synchronous operation, or a histogram.
struct HostFamily: Sendable {
    /// The numbers that a family has in `HostNumbers`.
    enum Shape {
        case single
        case operations
        case latency
    }

    let name: String
    let type: String
    let help: String
    let shape: Shape
    /// The index of its first number in `HostNumbers`.
    let start: Int

    /// How many numbers it has in `HostNumbers`.
    var count: Int {
        switch shape {
        case .single: 1
        case .operations: SyncOperation.allCases.count
        case .latency: Histogram.engineBounds.count + 2
        }
    }

    /// All families, in the order of the output and of the numbers in `HostNumbers`.
    static let all: [HostFamily] = {
        var families: [HostFamily] = []
        func add(_ name: String, _ type: String, _ help: String, _ shape: Shape) {
            let start = families.last.map { $0.start + $0.count } ?? 0
            families.append(HostFamily(name: "wdfilterd_" + name, type: type, help: help, shape: shape, start: start))
        }
        func add<Snapshot>(_ counter: Counter<Snapshot>, _ shape: Shape) {
            guard let metric = counter.metric else { return }
            add(metric.name, metric.isGauge ? "gauge" : "counter", counter.term.sentences, shape)
        }
        for counter in HostNumbers.counters { add(counter, .single) }
        for counter in HostNumbers.syncCounters { add(counter, .operations) }
        add(
            "engine_latency_seconds", "histogram",
            "Time that the engine took to answer, excluding the wait for a connection.", .latency)
        add(
            "engine_up", "gauge",
            "1 if the engine took the last message or ping, or has had none yet; 0 if it did not.",
            .single)
        return families
    }()
}

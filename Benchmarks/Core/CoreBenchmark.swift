import Driver
import Glibc
import Messages
import Synchronization

/// Measures the driver without its service: how many events one host takes, beside core.cpp, and the memory of a process.
///
/// Reads lines `quiet|enqueue PROCESSES THREADS MILLISECONDS` from standard input, and answers each with the number of events
/// and the seconds they took. `memory PROCESSES` is answered with the bytes of heap for each process, without its texts.
@main
enum CoreBenchmark {
    static func main() {
        var host: (event: String, machine: Machine)?
        while let line = readLine() {
            let words = line.split(separator: " ").map(String.init)
            let numbers = words.dropFirst().compactMap { Int($0) }
            if words.first == "memory", let processes = numbers.first {
                host = nil
                answer("{\"bytes\":\(bytes(perProcessOf: processes))}")
            } else if let event = words.first, numbers.count == 3 {
                if host?.event != event || host?.machine.processes != numbers[0] { host = nil }
                let machine = host?.machine ?? Machine(names: Machine.names(numbers[0]), isQuiet: event == "quiet")
                host = (event, machine)
                let (events, seconds) = machine.measure(threads: numbers[1], milliseconds: numbers[2])
                answer("{\"events\":\(events),\"seconds\":\(seconds)}")
            }
        }
    }

    private static func answer(_ line: String) {
        print(line)
        fflush(nil)
    }

    /// The resident memory that each of many processes takes, without its texts, which exist before.
    private static func bytes(perProcessOf processes: Int) -> Int {
        let names = Machine.names(processes)
        let before = residentBytes
        let machine = Machine(names: names, isQuiet: true)
        return withExtendedLifetime(machine) { (residentBytes - before) / processes }
    }

    private static var residentBytes: Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var text = [CChar](repeating: 0, count: 128)
        fgets(&text, Int32(text.count), file)
        let pages = String(decoding: text.map(UInt8.init(bitPattern:)), as: UTF8.self).split(separator: " ")[1]
        return (Int(pages) ?? 0) * Int(getpagesize())
    }
}

/// A host whose processes load images.
final class Machine: Sendable {
    let processes: Int
    private let driver: Driver

    /// A host with a process of each name. Its queue keeps what is put into it, so that it soon is full and drops its oldest
    /// message for each one that comes.
    init(names: [String], isQuiet: Bool) {
        var limits = DriverLimits()
        limits.processes = names.count + 1
        limits.textBytes = 1 << 40
        driver = Driver(
            limits: limits, engine: SilentEngine(), clock: StoppedClock(), timers: NoTimers(), workQueue: IdleQueue(),
            followerQueue: IdleQueue())
        processes = names.count
        for (index, name) in names.enumerated() {
            var creation = ProcessCreation(imageFileName: UnicodeString(name), processId: Machine.processId(index))
            creation.rules = isQuiet ? .suppressAsyncImageLoad : []
            _ = try? driver.synthesizeProcess(creation)
        }
    }

    /// Names of images, all different.
    static func names(_ count: Int) -> [String] { (0..<count).map { "C:\\Windows\\System32\\process\($0).exe" } }

    private static func processId(_ index: Int) -> UInt32 { 8 + 4 * UInt32(index) }

    /// Loads images for a while, in random processes: how many, and the seconds they took.
    func measure(threads: Int, milliseconds: Int) -> (events: Int, seconds: Double) {
        let run = Run(machine: self)
        let begun = ContinuousClock.now
        let ids = (0..<threads).map { index in Thread { run.work(seed: 88_172_645_463_325_252 + UInt64(index)) } }
        usleep(UInt32(milliseconds) * 1000)
        run.isOver.store(true, ordering: .relaxed)
        for thread in ids { thread.join() }
        let took = ContinuousClock.now - begun
        let seconds = Double(took.components.seconds) + Double(took.components.attoseconds) * 1e-18
        return (run.events.load(ordering: .relaxed), seconds)
    }

    fileprivate func loadImage(of index: Int, _ name: String) {
        let load = ImageLoad(processId: Machine.processId(index), fullImageName: UnicodeString(name))
        do {
            try driver.loadImage(load) { _ in }
        } catch {
            fatalError("\(error)")
        }
    }
}

/// A measurement.
private final class Run: Sendable {
    let isOver = Atomic(false)
    let events = Atomic(0)
    private let machine: Machine
    private static let batch = 256

    init(machine: Machine) { self.machine = machine }

    func work(seed: UInt64) {
        let name = "C:\\Windows\\System32\\kernelbase.dll"
        var (random, count) = (seed, 0)
        while !isOver.load(ordering: .relaxed) {
            for _ in 0..<Run.batch {
                random ^= random << 13
                random ^= random >> 7
                random ^= random << 17
                machine.loadImage(of: Int(random % UInt64(machine.processes)), name)
            }
            count += Run.batch
        }
        events.add(count, ordering: .relaxed)
    }
}

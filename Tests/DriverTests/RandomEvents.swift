import Driver
import Locking
import Messages
import TestSupport

/// A driver, random events of all kinds on a handful of pids, and an engine that answers in every way, sometimes later.
///
/// The sequence of events depends only on the seed.
final class RandomEvents: Sendable {
    private static let images = [#"C:\a.dll"#, #"C:\Windows\System32\wow64cpu.dll"#, #"C:\b.dll"#]
    private static let rules: [ProcessRules] = [
        .notifyNewThreadSameProcess, .notifyNewThreadDifferentProcess, .notifyProcessCmdLine, .notifyImageLoadRule,
        .notifyWow64cpuLoad, .suppressAsyncImageLoad,
    ]

    private let driver: Driver
    private let engine: ScriptedEngine
    private let reported = Received<[RoutineReport]>()

    /// What the routines reported, once all messages are answered.
    var reports: [RoutineReport] { reported.values.flatMap(\.self) }

    /// Runs `count` events of the sequence of `seed`.
    init(seed: UInt64, count: Int) throws {
        let answers = Locked(SplitMix(seed: ~seed))
        engine = ScriptedEngine { message in answers.withLock { EngineResult.random(to: message, &$0) } }
        driver = Driver.make(engine: engine, workQueue: ManualWorkQueue())
        _ = try driver.createStreamContext(fileName: RandomEvents.images[0], rules: .notifyImageLoadRule)
        _ = try driver.createStreamContext(fileName: RandomEvents.images[2], rules: [])
        var random = SplitMix(seed: seed)
        for _ in 0..<count {
            event(&random)
            if random.one(of: 3) { engine.acknowledge() }
        }
        while engine.acknowledge() {}
    }

    private func event(_ random: inout SplitMix) {
        let processId = random.processId
        switch Int.random(in: 0..<12, using: &random) {
        case 0, 1:
            var creation = ProcessCreation(imageFileName: #"C:\x.exe"#, processId: processId)
            for rule in RandomEvents.rules where random.one(of: 2) { creation.rules.insert(rule) }
            try? driver.createProcess(creation) { [reported] in reported.take($0.routines) }
        case 2: if let routines = try? driver.exitProcess(processId) { reported.take(routines) }
        case 3...6:
            var creation = ThreadCreation(
                processId: processId, creatorProcessId: random.one(of: 2) ? nil : random.processId)
            creation.creatorIsSystemThread = random.one(of: 6)
            try? driver.createThread(creation) { [reported] in reported.take($0.routines) }
        case 7:
            guard let threadId = try? driver.threads(of: processId).first?.threadId,
                let routines = try? driver.deleteThread(threadId, of: processId)
            else { return }
            reported.take(routines)
        case 8: _ = try? driver.setCurrentCommandLine(of: processId, random.one(of: 2) ? "other" : #"C:\x.exe"#)
        case 9:
            let hasExRoutine = !random.one(of: 4)
            _ = driver.changeConfig { $0.createThreadNotifyRoutineEx = hasExRoutine }
        default:
            let image = RandomEvents.images.randomElement(using: &random) ?? ""
            var load = ImageLoad(processId: processId, fullImageName: UnicodeString(image))
            if random.one(of: 6) {
                load.systemModeImage = true
                if random.one(of: 2) { load.processId = 0 }
            }
            load.extendedInfoPresent = !random.one(of: 4)
            try? driver.loadImage(load) { [reported] in reported.take($0) }
        }
    }
}

extension EngineResult {
    /// An answer of any kind to `message`; nil to answer it later.
    fileprivate static func random(to message: EngineMessage, _ random: inout SplitMix) -> EngineResult? {
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: nil
        case 2: EngineResult(status: .timeout)
        case 3 where message.operationName == "CreateProcess":
            EngineResult(status: .success, reply: .createProcess(CreateProcessAnswer(accessDenied: true)))
        default: .acknowledging(message)
        }
    }
}

extension SplitMix {
    /// True once in `count` times.
    fileprivate mutating func one(of count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

    /// One of a few pids, that of System included.
    fileprivate var processId: UInt32 {
        mutating get { 4 * UInt32.random(in: 1..<7, using: &self) }
    }
}

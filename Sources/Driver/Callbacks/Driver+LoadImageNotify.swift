import Messages

/// An image that is loaded or mapped.
public struct ImageLoad: Hashable, Sendable {
    /// The pid of the process that loads it; 0 for a kernel image, as in Windows.
    public var processId: UInt32
    /// The image's name.
    public var fullImageName: String
    /// Address; 0 when unknown.
    public var imageBase: UInt64 = 0
    /// Bytes; 0 when unknown.
    public var imageSize: UInt64 = 0
    /// IMAGE_INFO.SystemModeImage.
    public var systemModeImage = false
    /// IMAGE_INFO.ExtendedInfoPresent: the load includes its file object.
    public var extendedInfoPresent = true
    /// The thread that loads it.
    public var threadId: UInt32 = 0

    /// A load of `fullImageName` by process `processId`.
    public init(processId: UInt32, fullImageName: String) {
        self.processId = processId
        self.fullImageName = fullImageName
    }
}

extension Driver {
    /// Loads an image: `MpLoadImageNotifyRoutine` (IMG).
    ///
    /// Throws `unknownProcess` for a pid other than 0 that no live process has, and `limitReached` for a kernel image.
    /// On an error nothing has changed.
    public func loadImage(
        _ load: ImageLoad, caller: CallerTag? = nil, completion: @escaping @Sendable ([RoutineReport]) -> Void
    ) throws(DriverError) {
        let now = clock.now()
        let step = try withState { state throws(DriverError) in try state.startLoad(load, caller, now: now) }
        switch step {
        case .main(let decision): send(decision, completion: completion)
        case .wow64(let report, let record, let timeout, let reference):
            sendDirect(record, timeout: timeout) { record in
                var report = report
                report.messages = [record]
                let before = report
                let now = self.clock.now()
                self.send(
                    self.withState { $0.decideMain(load, reference, before, caller, now: now) }, completion: completion)
            }
        }
    }

    /// Sends the synchronous messages of a load, one after the other (IMG-5).
    private func send(_ decision: LoadDecision, completion: @escaping @Sendable ([RoutineReport]) -> Void) {
        guard let next = decision.notifications.first else { return completion([decision.report]) }
        sendSyncMonitorNotification(next) { record in
            var rest = decision
            rest.notifications.removeFirst()
            rest.report.messages.append(record)
            self.send(rest, completion: completion)
        }
    }
}

private struct LoadDecision: Sendable {
    var report: RoutineReport
    var notifications: [SyncNotification] = []
}

private enum LoadStep: Sendable {
    /// The main path was decided.
    case main(LoadDecision)
    /// A Wow64cpuLoad is sent first (IMG-2).
    case wow64(RoutineReport, MessageRecord, timeout: Duration, ProcessReference)
}

extension DriverState {
    /// The routine up to its main path (IMG-1 to IMG-3).
    fileprivate mutating func startLoad(
        _ load: ImageLoad, _ caller: CallerTag?, now: FileTime
    ) throws(DriverError) -> LoadStep {
        // Windows reports kernel images with ProcessId 0, which means no process, even if a client created one with
        // that pid.
        let isKernelLoad = load.systemModeImage && load.processId == 0
        let reference = isKernelLoad ? nil : processes.reference(processId: load.processId)
        if reference == nil, load.processId != 0 { throw .unknownProcess(load.processId) }
        var report = RoutineReport(.loadImageNotify, name: load.fullImageName)
        if report.note(.systemModeImage, load.systemModeImage) {
            if drivers.count >= limits.drivers { throw .limitReached(.drivers) }
            let size = load.fullImageName.utf8.count
            try checkText(size)
            driverTextBytes += size
            drivers.append(
                LoadedDriver(
                    fullImageName: load.fullImageName, imageBase: load.imageBase, imageSize: load.imageSize))
        }
        guard report.note(.loaderContext, reference != nil, at: load.processId), let reference,
            let context = processes[reference]
        else { return .main(LoadDecision(report: report)) }
        if report.note(.flagImageWow64cpuLoaded, .imageWow64cpuLoaded, in: context.flags) {
            let body = AsyncBody.wow64cpuLoad(
                Wow64CpuLoadMessage(
                    processId: load.processId, threadId: load.threadId,
                    wow64CpuImageBase: context.wow64CpuImageBase ?? 0))
            let record = makeDirect(
                .wow64cpuLoad, body, about: reference, routine: .loadImageNotify, caller: caller, now: now)
            return .wow64(report, record, timeout: config.asyncTimeout, reference)
        }
        if report.note(.ruleNotifyWow64cpuLoad, .notifyWow64cpuLoad, in: context.rules),
            report.note(.isWow64cpu, load.fullImageName.isWow64cpu)
        {
            processes.update(reference) { context in
                context.flags.insert(.imageWow64cpuLoaded)
                context.wow64CpuImageBase = load.imageBase
            }
        }
        return .main(decideMain(load, reference, report, caller, now: now))
    }

    /// The main path: decides all three notifications at once and queues the asynchronous one (IMG-4, IMG-5).
    fileprivate mutating func decideMain(
        _ load: ImageLoad, _ reference: ProcessReference, _ report: RoutineReport, _ caller: CallerTag?, now: FileTime
    ) -> LoadDecision {
        var decision = LoadDecision(report: report)
        guard let context = processes[reference] else { return decision }
        var perStream: RuleWord?
        if decision.report.note(.extendedInfoPresent, load.extendedInfoPresent) {
            let stream = streams.context(fileName: load.fullImageName)
            if decision.report.note(.streamContext, stream != nil), let stream,
                decision.report.note(.ruleImageLoadPerStream, .notifyImageLoadRule, in: stream.rules)
            {
                perStream = .stream(id: stream.id)
            }
        }
        let perProcess = decision.report.note(.ruleImageLoadPerProcess, .notifyImageLoadRule, in: context.rules)
        if decision.report.note(
            .asyncImageLoad, !context.rules.contains(.suppressAsyncImageLoad), at: context.rules.rawValue)
        {
            let notify = ImageLoadAndProcessNotify(
                currentProcess: context.identity, sessionId: context.sessionId, imageFileName: load.fullImageName)
            decision.report.messages.append(
                asyncSendNotification(
                    .loadImage, .imageLoadAndProcess(notify), about: context.subject, countedTo: reference,
                    routine: .loadImageNotify, caller: caller, now: now))
        }
        func notification(_ data: SyncData, _ rule: RuleWord) -> SyncNotification {
            SyncNotification(
                message: SyncMessage(ioPriority: MpIoPriority(), currentProcess: context.identity, data: data),
                imageFileName: context.imageFileName, rule: rule, routine: .loadImageNotify, caller: caller)
        }
        if perProcess {
            decision.notifications.append(
                notification(.newImageLoadPerProcess(imageName: load.fullImageName), .process(reference)))
        }
        if let perStream {
            decision.notifications.append(
                notification(.newImageLoadPerStream(imageName: load.fullImageName), perStream))
        }
        return decision
    }
}

extension String {
    /// Whether the name ends in `\Windows\System32\Wow64cpu.dll`, ignoring case (IMG-3).
    var isWow64cpu: Bool { hasSuffix(upcased: #"\WINDOWS\SYSTEM32\WOW64CPU.DLL"#) }
}

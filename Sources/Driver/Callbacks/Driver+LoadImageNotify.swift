public import Messages

/// An image that is loaded or mapped.
public struct ImageLoad: Hashable, Sendable {
    /// The pid of the process that loads it; 0 for a kernel image, as in Windows.
    public var processId: UInt32
    /// The image's name.
    public var fullImageName: UnicodeString
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
    public init(processId: UInt32, fullImageName: UnicodeString) {
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
        // Written where the completion gets it, because reports are large.
        var reports = [RoutineReport(.loadImageNotify, name: load.fullImageName.text)]
        let step = try withState { state throws(DriverError) in
            try state.startLoad(load, &reports[0], caller, now: now)
        }
        switch step {
        case .main(let notifications): send(notifications[...], reports, completion: completion)
        case .wow64(let first):
            sendDirect(first.record, timeout: first.timeout) { [reports] record in
                var reports = reports
                reports[0].add(record)
                let now = self.clock.now()
                let notifications = self.withState { state in
                    let loader = state.loader(first.loader.reference) ?? first.loader
                    return state.decideMain(load, loader, &reports[0], caller, now: now)
                }
                self.send(notifications[...], reports, completion: completion)
            }
        }
    }

    /// Sends the synchronous messages of a load, one after the other (IMG-5).
    private func send(
        _ notifications: ArraySlice<SyncNotification>, _ reports: [RoutineReport],
        completion: @escaping @Sendable ([RoutineReport]) -> Void
    ) {
        guard !notifications.isEmpty else { return completion(reports) }
        sendSyncMonitorNotification(notifications[notifications.startIndex]) { record in
            var reports = reports
            reports[0].add(record)
            self.send(notifications.dropFirst(), reports, completion: completion)
        }
    }
}

private enum LoadStep: Sendable {
    /// The main path was decided: the synchronous messages to send.
    case main([SyncNotification])
    /// A Wow64cpuLoad is sent first (IMG-2).
    case wow64(Wow64Load)
}

private final class Wow64Load: Sendable {
    let record: MessageRecord
    let timeout: Duration
    /// The process when the message was made. Its context lives until the routine ends, even if the process exits meanwhile
    /// (COR-8).
    let loader: Loader

    init(_ record: MessageRecord, timeout: Duration, _ loader: Loader) {
        self.record = record
        self.timeout = timeout
        self.loader = loader
    }
}

/// What the main path reads of the process that loads the image.
private struct Loader: Sendable {
    let reference: ProcessReference
    let subject: MessageSubject
    let sessionId: UInt32
    let rules: ProcessRules
}

extension DriverState {
    /// The routine up to its main path (IMG-1 to IMG-3).
    fileprivate mutating func startLoad(
        _ load: ImageLoad, _ report: inout RoutineReport, _ caller: CallerTag?, now: FileTime
    ) throws(DriverError) -> LoadStep {
        // Windows reports kernel images with ProcessId 0, which means no process, even if a client created one with
        // that pid.
        let isKernelLoad = load.systemModeImage && load.processId == 0
        let reference = isKernelLoad ? nil : processes.reference(processId: load.processId)
        if reference == nil, load.processId != 0 { throw .unknownProcess(load.processId) }
        if report.note(.systemModeImage, load.systemModeImage) {
            if drivers.count >= limits.drivers { throw .limitReached(.drivers) }
            let size = load.fullImageName.byteCount
            try checkText(size)
            driverTextBytes += size
            drivers.append(
                LoadedDriver(
                    fullImageName: load.fullImageName, imageBase: load.imageBase, imageSize: load.imageSize))
        }
        guard report.note(.loaderContext, reference != nil, at: load.processId), let reference else {
            return .main([])
        }
        if report.note(.flagImageWow64cpuLoaded, .imageWow64cpuLoaded, in: processes[live: reference].flags) {
            let body = AsyncBody.wow64cpuLoad(
                Wow64CpuLoadMessage(
                    processId: load.processId, threadId: load.threadId,
                    wow64CpuImageBase: processes[live: reference].wow64CpuImageBase ?? 0))
            let record = makeDirect(
                .wow64cpuLoad, body, about: reference, routine: .loadImageNotify, caller: caller, now: now)
            return .wow64(Wow64Load(record, timeout: config.asyncTimeout, loader(live: reference)))
        }
        if report.note(.ruleNotifyWow64cpuLoad, .notifyWow64cpuLoad, in: processes[live: reference].rules),
            report.note(.isWow64cpu, load.fullImageName.text.isWow64cpu)
        {
            processes.update(reference) { context in
                context.flags.insert(.imageWow64cpuLoaded)
                context.wow64CpuImageBase = load.imageBase
            }
        }
        return .main(decideMain(load, loader(live: reference), &report, caller, now: now))
    }

    /// The process as it is now; nil once it has exited.
    fileprivate func loader(_ reference: ProcessReference) -> Loader? {
        processes.isLive(reference) ? loader(live: reference) : nil
    }

    private func loader(live reference: ProcessReference) -> Loader {
        Loader(
            reference: reference, subject: processes[live: reference].subject,
            sessionId: processes[live: reference].sessionId, rules: processes[live: reference].rules)
    }

    /// The main path: decides all three notifications at once and queues the asynchronous one (IMG-4, IMG-5).
    fileprivate mutating func decideMain(
        _ load: ImageLoad, _ loader: Loader, _ report: inout RoutineReport, _ caller: CallerTag?, now: FileTime
    ) -> [SyncNotification] {
        let rules = loader.rules
        var perStream: RuleWord?
        if report.note(.extendedInfoPresent, load.extendedInfoPresent) {
            let stream = streams.context(fileName: load.fullImageName)
            if report.note(.streamContext, stream != nil), let stream,
                report.note(.ruleImageLoadPerStream, .notifyImageLoadRule, in: stream.rules)
            {
                perStream = .stream(id: stream.id)
            }
        }
        let perProcess = report.note(.ruleImageLoadPerProcess, .notifyImageLoadRule, in: rules)
        if report.note(.asyncImageLoad, !rules.contains(.suppressAsyncImageLoad), at: rules.rawValue) {
            let notify = ImageLoadAndProcessNotify(
                currentProcess: loader.subject.process, sessionId: loader.sessionId, imageFileName: load.fullImageName)
            report.add(
                asyncSendNotification(
                    .loadImage, .imageLoadAndProcess(notify), about: loader.subject, countedTo: loader.reference,
                    routine: .loadImageNotify, caller: caller, now: now))
        }
        var notifications: [SyncNotification] = []
        func append(_ data: SyncData, _ rule: RuleWord) {
            let message = SyncMessage(ioPriority: MpIoPriority(), currentProcess: loader.subject.process, data: data)
            notifications.append(
                SyncNotification(
                    message: message, imageFileName: loader.subject.imageFileName, rule: rule,
                    routine: .loadImageNotify, caller: caller))
        }
        if perProcess { append(.newImageLoadPerProcess(imageName: load.fullImageName), .process(loader.reference)) }
        if let perStream { append(.newImageLoadPerStream(imageName: load.fullImageName), perStream) }
        return notifications
    }
}

extension String {
    /// Whether the name ends in `\Windows\System32\Wow64cpu.dll`, ignoring case (IMG-3).
    var isWow64cpu: Bool { hasSuffix(upcased: #"\WINDOWS\SYSTEM32\WOW64CPU.DLL"#) }
}

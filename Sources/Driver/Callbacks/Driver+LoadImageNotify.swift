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
        let now = clock.moment()
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
                let now = self.clock.moment()
                let notifications = self.withState {
                    $0.decideMain(load, first.reference, &reports[0], first.run, now: now)
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
        guard let next = notifications.first else { return completion(reports) }
        sendSyncMonitorNotification(next) { record in
            var reports = reports
            reports[0].add(record)
            if notifications.count == 1 { self.finish(next.run) }
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
    let reference: ProcessReference
    let run: RoutineRun

    init(_ record: MessageRecord, timeout: Duration, _ reference: ProcessReference, _ run: RoutineRun) {
        self.record = record
        self.timeout = timeout
        self.reference = reference
        self.run = run
    }
}

extension DriverState {
    /// The routine up to its main path (IMG-1 to IMG-3).
    fileprivate mutating func startLoad(
        _ load: ImageLoad, _ report: inout RoutineReport, _ caller: CallerTag?, now: Moment
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
        let run = begin(.loadImageNotify, on: load.subject, image: load.fullImageName, caller: caller, now: now)
        guard report.note(.loaderContext, reference != nil, at: load.processId), let reference else {
            record(report, of: run, isOver: true)
            return .main([])
        }
        if report.note(.flagImageWow64cpuLoaded, .imageWow64cpuLoaded, in: processes[live: reference].flags) {
            let body = AsyncBody.wow64cpuLoad(
                Wow64CpuLoadMessage(
                    processId: load.processId, threadId: load.threadId,
                    wow64CpuImageBase: processes[live: reference].wow64CpuImageBase ?? 0))
            let direct = makeDirect(.wow64cpuLoad, body, about: reference, by: run, now: now)
            record(report, of: run, isOver: false)
            return .wow64(Wow64Load(direct, timeout: config.asyncTimeout, reference, run))
        }
        if report.note(.ruleNotifyWow64cpuLoad, .notifyWow64cpuLoad, in: processes[live: reference].rules),
            report.note(.isWow64cpu, load.fullImageName.text.isWow64cpu)
        {
            processes.update(reference) { context in
                context.flags.insert(.imageWow64cpuLoaded)
                context.wow64CpuImageBase = load.imageBase
            }
        }
        return .main(decideMain(load, reference, &report, run, now: now))
    }

    /// The main path: decides all three notifications at once and queues the asynchronous one (IMG-4, IMG-5).
    fileprivate mutating func decideMain(
        _ load: ImageLoad, _ reference: ProcessReference, _ report: inout RoutineReport, _ run: RoutineRun,
        now: Moment
    ) -> [SyncNotification] {
        guard processes.isLive(reference) else {
            record(report, of: run, isOver: true)
            return []
        }
        let rules = processes[live: reference].rules
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
            let subject = processes[live: reference].subject
            let notify = ImageLoadAndProcessNotify(
                currentProcess: subject.process, sessionId: processes[live: reference].sessionId,
                imageFileName: load.fullImageName)
            report.add(
                asyncSendNotification(
                    .loadImage, .imageLoadAndProcess(notify), about: subject, countedTo: reference, by: run, now: now))
        }
        var notifications: [SyncNotification] = []
        if perProcess {
            notifications.append(
                notification(
                    .newImageLoadPerProcess(imageName: load.fullImageName), .process(reference), reference, run))
        }
        if let perStream {
            notifications.append(
                notification(.newImageLoadPerStream(imageName: load.fullImageName), perStream, reference, run))
        }
        record(report, of: run, isOver: notifications.isEmpty)
        return notifications
    }

    private func notification(
        _ data: SyncData, _ rule: RuleWord, _ reference: ProcessReference, _ run: RoutineRun
    ) -> SyncNotification {
        let subject = processes[live: reference].subject
        return SyncNotification(
            message: SyncMessage(ioPriority: MpIoPriority(), currentProcess: subject.process, data: data),
            imageFileName: subject.imageFileName, rule: rule, run: run)
    }
}

extension ImageLoad {
    fileprivate var subject: DecisionSubject {
        DecisionSubject(
            event: systemModeImage && processId == 0 ? .driverLoad : .imageLoad, processId: processId,
            threadId: threadId)
    }
}

extension String {
    /// Whether the name ends in `\Windows\System32\Wow64cpu.dll`, ignoring case (IMG-3).
    var isWow64cpu: Bool { hasSuffix(upcased: #"\WINDOWS\SYSTEM32\WOW64CPU.DLL"#) }
}

import Driver
import Messages

extension EngineMessage {
    private static let process = AuxPidCreationTime(processId: 584, creationTime: FileTime(ticks: 7))

    private static func make(_ kind: Kind, _ content: Content) -> EngineMessage {
        EngineMessage(
            sequence: 1, time: .unixEpoch, kind: kind, process: process, imageFileName: "a.exe", content: content)
    }

    /// A sync message of the given type.
    static func sync(_ operation: SyncOperation) -> EngineMessage {
        let data: SyncData =
            switch operation {
            case .newImageLoadPerStream: .newImageLoadPerStream(imageName: "a.dll")
            case .registryEventSync: .registryEventSync(registryData: [])
            case .newThreadDifferentProcess: .newThreadDifferentProcess(targetProcess: process)
            case .newImageLoadPerProcess: .newImageLoadPerProcess(imageName: "a.dll")
            case .newThreadSameProcess:
                .newThreadSameProcess(
                    ThreadNotifySyncMessage(
                        createdThread: AuxTidCreationTime(threadId: 8, creationTime: .none),
                        currentThread: AuxTidCreationTime(threadId: 4, creationTime: .none), process: process,
                        threadStartAddress: 0))
            case .newThreadAndCmdLine: .newThreadAndCmdLine(commandLine: "a", currentCommandLine: "b")
            }
        return make(.sync, .sync(SyncMessage(ioPriority: MpIoPriority(), currentProcess: process, data: data)))
    }

    private static func processMessage(create: Bool) -> AsyncMessage {
        AsyncMessage(
            operation: .createProcess,
            body: .imageLoadAndProcess(
                ImageLoadAndProcessNotify(
                    currentProcess: process, createFlag: create, sessionId: 0, imageFileName: "a.exe")))
    }

    /// The message about the creation of a process.
    static let create = make(.direct, .async(processMessage(create: true)))

    /// The queued message about the exit of a process; its operation is CreateProcess too.
    static let exit = make(.async, .async(processMessage(create: false)))

    /// The other message that is sent directly.
    static let wow64 = make(
        .direct,
        .async(
            AsyncMessage(
                operation: .wow64cpuLoad,
                body: .wow64cpuLoad(Wow64CpuLoadMessage(processId: 584, threadId: 4, wow64CpuImageBase: 0x1000)))))

    /// One message for each way to the engine.
    static let ofEachKind = [sync(.newThreadDifferentProcess), create, exit, wow64]
}

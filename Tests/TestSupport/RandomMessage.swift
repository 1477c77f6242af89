public import Messages

/// Creates messages of every kind, with any values that their fields can have.
public struct RandomMessage {
    /// The source of all choices.
    public var generator: SplitMix

    /// The messages of `seed`.
    public init(seed: UInt64) { generator = SplitMix(seed: seed) }

    private mutating func word<Word: FixedWidthInteger & UnsignedInteger>() -> Word {
        // The ends of the range are as frequent as all values in between.
        switch UInt8.random(in: 0..<4, using: &generator) {
        case 0: 0
        case 1: .max
        default: Word.random(in: .min ... .max, using: &generator)
        }
    }

    private mutating func oword() -> OWord { OWord(low: word(), high: word()) }
    private mutating func time() -> FileTime { FileTime(ticks: word()) }
    private mutating func process() -> AuxPidCreationTime {
        AuxPidCreationTime(processId: word(), creationTime: time())
    }
    private mutating func thread() -> AuxTidCreationTime { AuxTidCreationTime(threadId: word(), creationTime: time()) }

    /// Up to `limit` units of all kinds, pairs and halves of pairs too, without NUL.
    private mutating func text(upTo limit: Int = 40) -> UnicodeString {
        let hasHalves = Bool.random(using: &generator)
        var units: [UInt16] = []
        for _ in 0..<Int.random(in: 0...limit, using: &generator) {
            let ranges: [ClosedRange<UInt32>] = [
                1...0x7F, 0x80...0x7FF, 0x800...0xD7FF, 0xE000...0xFFFF, 0xFDD0...0xFDD0, 0x1_0000...0x10_FFFF,
                0xD800...0xDFFF,
            ]
            let range = ranges[Int.random(in: 0..<ranges.count - (hasHalves ? 0 : 1), using: &generator)]
            let code = UInt32.random(in: range, using: &generator)
            units += Unicode.Scalar(code).map { Array($0.utf16) } ?? [UInt16(code)]
        }
        return UnicodeString(units: units)
    }

    private mutating func bytes(upTo limit: Int = 60) -> [UInt8] {
        (0..<Int.random(in: 0...limit, using: &generator)).map { _ in word() }
    }

    /// A message of the asynchronous structure.
    public mutating func async() -> AsyncMessage {
        let operation = AsyncOperation.allCases.randomElement(using: &generator) ?? .logPrint
        return AsyncMessage(
            notificationNumber: Int64(bitPattern: word()), refCount: Int32(bitPattern: word()), operation: operation,
            body: body(of: operation))
    }

    private mutating func body(of operation: AsyncOperation) -> AsyncBody {
        switch operation {
        case .createProcess, .loadImage:
            .imageLoadAndProcess(
                ImageLoadAndProcessNotify(
                    parentProcess: process(), currentProcess: process(), creatorProcess: process(),
                    createFlag: .random(using: &generator), processFlagsLowByte: word(), sessionId: word(),
                    token: ProcessToken(elevationType: word(), elevation: word(), integrityLevel: word()),
                    imageFileName: text(), commandLine: text()))
        case .registryEvent: .registry(registry())
        case .openProcess: .openProcess(openProcess())
        case .createThread:
            .thread(
                ThreadNotify(
                    currentProcess: process(), currentThreadId: word(), createdThreadProcess: process(),
                    createdThread: thread(), imageFileName: text()))
        case .openDesktop: .openDesktop(openDesktop())
        case .checkJournal: .checkJournal(CheckJournal(fsControlCode: word(), volumeGuid: oword()))
        case .trustedOrUntrustedProcess:
            .trustedOrUntrustedProcess(
                TrustedOrUntrustedProcess(untrustedFlag: word(), imageFileName: text(upTo: 7)))
        case .wow64cpuLoad:
            .wow64cpuLoad(Wow64CpuLoadMessage(processId: word(), threadId: word(), wow64CpuImageBase: word()))
        case .sendFile, .rawVolumeWrite, .docOpen, .postMount, .panicMode, .logPrint, .openWithoutRead,
            .folderGuardEvents, .dlpOnFileObjectClose:
            .raw(bytes())
        }
    }

    private mutating func openProcess() -> ObProcessHandle {
        var handle = ObProcessHandle(process: process(), targetProcess: process(), finalDesiredAccess: word())
        handle.sessionId = word()
        handle.fileName = text()
        handle.targetFileName = text()
        handle.hipRule = oword()
        handle.hipRule1 = oword()
        handle.notificationReason = word()
        return handle
    }

    private mutating func openDesktop() -> ObDesktopHandle {
        var handle = ObDesktopHandle(process: process())
        handle.threadId = word()
        handle.sessionId = word()
        handle.operation = word()
        handle.kernelHandleFlag = word()
        handle.desiredAccess = word()
        handle.objectName = text()
        return handle
    }

    private mutating func registry() -> RegOperation {
        var operation = RegOperation(process: process())
        operation.keyName = text()
        operation.valueName = text()
        operation.newKeyName = text()
        operation.oldFileName = text()
        operation.newFileName = text()
        operation.threadId = word()
        operation.sessionId = word()
        operation.finalKeyRules = word()
        operation.newValueType = word()
        operation.newValueData = bytes()
        operation.valueType = word()
        operation.valueData = bytes()
        operation.regRestoreFlags = word()
        operation.transactionId = oword()
        operation.hashes = (0..<Int.random(in: 0...4, using: &generator)).map { _ in oword() }
        return operation
    }

    /// A synchronous message.
    public mutating func sync() -> SyncMessage {
        let data: SyncData =
            switch SyncOperation.allCases.randomElement(using: &generator) ?? .registryEventSync {
            case .newImageLoadPerStream: .newImageLoadPerStream(imageName: text())
            case .newImageLoadPerProcess: .newImageLoadPerProcess(imageName: text())
            case .registryEventSync: .registryEventSync(registryData: bytes())
            case .newThreadDifferentProcess: .newThreadDifferentProcess(targetProcess: process())
            case .newThreadSameProcess:
                .newThreadSameProcess(
                    ThreadNotifySyncMessage(
                        createdThread: thread(), currentThread: thread(), process: process(),
                        threadStartAddress: word()))
            case .newThreadAndCmdLine: .newThreadAndCmdLine(commandLine: text(), currentCommandLine: text())
            }
        return SyncMessage(
            ioPriority: MpIoPriority(ioPriority: word(), threadPriority: word(), pagePriority: word()),
            currentProcess: process(), data: data)
    }
}

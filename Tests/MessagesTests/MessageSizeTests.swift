import Messages
import Testing

@Suite struct MessageSizeTests {
    private static let identity = AuxPidCreationTime(processId: 100, creationTime: .none)
    private static let thread = AuxTidCreationTime(threadId: 8, creationTime: .none)

    @Test(
        arguments: [
            (.newImageLoadPerStream(imageName: "ab"), 0x4 + 0xA), (.newImageLoadPerProcess(imageName: ""), 0xA),
            (.newImageLoadPerProcess(imageName: "a\u{1F600}"), 0x6 + 0xA), (.registryEventSync(registryData: []), 0),
            (.registryEventSync(registryData: [1, 2, 3]), 3), (.newThreadDifferentProcess(targetProcess: identity), 12),
            (
                .newThreadSameProcess(
                    ThreadNotifySyncMessage(
                        createdThread: thread, currentThread: thread, process: identity, threadStartAddress: 1)), 0x38
            ),
            (.newThreadAndCmdLine(commandLine: "ab", currentCommandLine: "c"), 0x4 + 0x2 + 0xC),
            (.newThreadAndCmdLine(commandLine: "", currentCommandLine: ""), 0xC),
        ] as [(SyncData, Int)])
    func `SYN-3: a synchronous message is a header of 0x30 and the operation's data`(data: SyncData, size: Int) {
        let message = SyncMessage(ioPriority: MpIoPriority(), currentProcess: MessageSizeTests.identity, data: data)
        #expect(data.size == size)
        #expect(message.totalSize == 0x30 + size)
    }

    @Test(arguments: [
        (#"\Device\HarddiskVolume4\Windows\System32\sspicli.dll"#, "", 0xE2), ("", "", 0x78), ("a", "", 0x7C),
        ("", "a", 0x7C), ("ab", "c d", 0x86),
    ])
    func `ASY-8: names in a CreateProcess or LoadImage include their NUL, absent ones take no bytes`(
        image: UnicodeString, commandLine: UnicodeString, size: Int
    ) {
        let notify = ImageLoadAndProcessNotify(
            currentProcess: MessageSizeTests.identity, sessionId: 0, imageFileName: image, commandLine: commandLine)
        let message = AsyncMessage(operation: .loadImage, body: .imageLoadAndProcess(notify))
        #expect(message.totalSize == size)
        #expect(message.messageBufferSize == size - 8)
        #expect(message.sizeOfData == size - 8)
    }

    @Test func `ASY-8: a CreateThread is 0x50 bytes plus the name without its NUL`() {
        let notify = ThreadNotify(
            currentProcess: MessageSizeTests.identity, currentThreadId: 1788,
            createdThreadProcess: MessageSizeTests.identity, createdThread: MessageSizeTests.thread,
            imageFileName: #"\Device\HarddiskVolume4\Windows\System32\TSTheme.exe"#)
        let message = AsyncMessage(operation: .createThread, body: .thread(notify))
        #expect(message.totalSize == 0xB8)
        #expect(message.sizeOfData == 0xB0)
    }

    @Test(arguments: [0, 1, 1000])
    func `ASY-8: raw data follows a header of 0x20`(count: Int) {
        let message = AsyncMessage(
            operation: .logPrint, body: .raw([UInt8](repeating: 7, count: count)))
        #expect(message.totalSize == 0x20 + count)
        #expect(message.messageBufferSize == 0x18 + count)
    }

    @Test func `IMG-2: a Wow64cpuLoad of 0x30 bytes has 0x70 in its SizeOfData`() {
        let load = Wow64CpuLoadMessage(processId: 1, threadId: 2, wow64CpuImageBase: 3)
        let message = AsyncMessage(operation: .wow64cpuLoad, body: .wow64cpuLoad(load))
        #expect(message.totalSize == 0x30)
        #expect(message.messageBufferSize == 0x28)
        #expect(message.sizeOfData == 0x70)
    }
}

import Driver
import DriverJSON
import JSON
import Messages
import Testing

struct MessageDataTests {
    private let smss = AuxPidCreationTime(processId: 584, creationTime: FileTime(ticks: 0x01d5_e83e_692d_c4f2))
    private let smssJSON = #"{"processId":584,"creationTime":"2020-02-20T22:38:02.7521266Z"}"#
    private let none = #"{"processId":0,"creationTime":null}"#

    private func json(_ message: EngineMessage) -> String {
        var json = JSONWriter()
        MessageData(message, host: "default").write(to: &json)
        return String(decoding: json.bytes, as: UTF8.self)
    }

    private func sync(_ data: SyncData) -> String {
        let content = SyncMessage(
            ioPriority: MpIoPriority(ioPriority: 2, threadPriority: 11, pagePriority: 5), currentProcess: smss,
            data: data)
        return json(
            EngineMessage(sequence: 17, time: .unixEpoch, kind: .sync, process: smss, content: .sync(content)))
    }

    private func async(
        _ operation: AsyncOperation, number: Int64, kind: EngineMessage.Kind = .async,
        process: AuxPidCreationTime?, _ body: AsyncBody
    ) -> String {
        let content = AsyncMessage(notificationNumber: number, operation: operation, body: body)
        return json(
            EngineMessage(sequence: .max, time: .unixEpoch, kind: kind, process: process, content: .async(content)))
    }

    private func syncHead(_ operation: String, _ code: Int, total: Int) -> String {
        #"{"host":"default","sequence":17,"kind":"sync","operation":"\#(operation)","operationCode":\#(code),"#
            + #""ioPriority":{"ioPriority":2,"threadPriority":11,"pagePriority":5},"process":\#(smssJSON),"#
            + #""totalSize":\#(total),"sizeOfData":\#(total - 48),"#
    }

    @Test func `NewThreadDifferentProcess names the target`() {
        let target = AuxPidCreationTime(processId: 664, creationTime: FileTime(ticks: 132_267_122_359_233_647))
        #expect(
            sync(.newThreadDifferentProcess(targetProcess: target))
                == syncHead("NewThreadDifferentProcess", 3, total: 60)
                + #""targetProcess":{"processId":664,"creationTime":"2020-02-20T22:43:55.9233647Z"}}"#)
    }

    @Test func `NewThreadSameProcess names threads and address, and its process only once`() {
        let notify = ThreadNotifySyncMessage(
            createdThread: AuxTidCreationTime(threadId: 428, creationTime: .none),
            currentThread: AuxTidCreationTime(threadId: 416, creationTime: .none), process: smss,
            threadStartAddress: 140_719_679_882_480)
        #expect(
            sync(.newThreadSameProcess(notify)) == syncHead("NewThreadSameProcess", 6, total: 104)
                + #""createdThread":{"threadId":428,"creationTime":null},"#
                + #""currentThread":{"threadId":416,"creationTime":null},"#
                + #""threadStartAddress":"0x7ffbda8844f0"}"#)
    }

    @Test func `image loads, command lines and registry data have their own fields`() {
        #expect(
            sync(.newImageLoadPerStream(imageName: #"\x"é"#)) == syncHead("NewImageLoadPerStream", 1, total: 66)
                + #""imageName":"\\x\"é"}"#)
        #expect(
            sync(.newImageLoadPerProcess(imageName: "a")) == syncHead("NewImageLoadPerProcess", 5, total: 60)
                + #""imageName":"a"}"#)
        #expect(
            sync(.newThreadAndCmdLine(commandLine: "a", currentCommandLine: "b\n"))
                == syncHead("NewThreadAndCmdLine", 7, total: 66)
                + #""commandLine":"a","currentCommandLine":"b\n"}"#)
        #expect(
            sync(.registryEventSync(registryData: [0, 255])) == syncHead("RegistryEventSync", 2, total: 50)
                + #""registryData":"AP8="}"#)
    }

    @Test func `CreateProcess has the fields of the dump of NisSrv`() {
        let services = AuxPidCreationTime(processId: 668, creationTime: FileTime(ticks: 132_253_753_844_746_074))
        let nisSrv = AuxPidCreationTime(processId: 4268, creationTime: FileTime(ticks: 132_253_837_247_669_924))
        let notify = ImageLoadAndProcessNotify(
            parentProcess: services, currentProcess: nisSrv, creatorProcess: services, createFlag: true,
            processFlagsLowByte: 1, sessionId: 0,
            token: ProcessToken(elevationType: 1, elevation: 1, integrityLevel: 0x4000), imageFileName: "NisSrv.exe",
            commandLine: "")
        let process = #"{"processId":4268,"creationTime":"2020-02-05T13:42:04.7669924Z"}"#
        let parent = #"{"processId":668,"creationTime":"2020-02-05T11:23:04.4746074Z"}"#
        #expect(
            async(.createProcess, number: 2, kind: .direct, process: nisSrv, .imageLoadAndProcess(notify))
                == #"{"host":"default","sequence":18446744073709551615,"kind":"direct","operation":"CreateProcess","#
                + #""operationCode":0,"notificationNumber":2,"process":\#(process),"totalSize":142,"sizeOfData":134,"#
                + #""parentProcess":\#(parent),"currentProcess":\#(process),"createFlag":1,"processFlagsLowByte":1,"#
                + #""sessionId":0,"tokenElevationType":1,"tokenElevation":1,"tokenIntegrityLevel":"0x4000","#
                + #""creatorProcess":\#(parent),"imageFileName":"NisSrv.exe","commandLine":""}"#)
    }

    @Test func `LoadImage, CreateThread and Wow64cpuLoad have their own fields`() {
        let image = ImageLoadAndProcessNotify(currentProcess: smss, sessionId: 1, imageFileName: "a.dll")
        #expect(
            async(.loadImage, number: 3, process: smss, .imageLoadAndProcess(image)).hasSuffix(
                #""totalSize":132,"sizeOfData":124,"currentProcess":\#(smssJSON),"sessionId":1,"#
                    + #""imageFileName":"a.dll"}"#))
        let thread = ThreadNotify(
            currentProcess: smss, currentThreadId: 8, createdThreadProcess: .none,
            createdThread: AuxTidCreationTime(threadId: 12, creationTime: .none), imageFileName: "a.exe")
        #expect(
            async(.createThread, number: 3, process: smss, .thread(thread)).hasSuffix(
                #""notificationNumber":3,"process":\#(smssJSON),"totalSize":90,"sizeOfData":82,"#
                    + #""currentProcess":\#(smssJSON),"currentThreadId":8,"createdThreadProcess":\#(none),"#
                    + #""createdThread":{"threadId":12,"creationTime":null},"#
                    + #""imageFileName":"a.exe"}"#))
        let load = Wow64CpuLoadMessage(processId: 584, threadId: 8, wow64CpuImageBase: 0x7770_0000)
        #expect(
            async(.wow64cpuLoad, number: 0, kind: .direct, process: smss, .wow64cpuLoad(load)).hasSuffix(
                #""notificationNumber":0,"process":\#(smssJSON),"totalSize":48,"sizeOfData":112,"#
                    + #""processId":584,"threadId":8,"wow64CpuImageBase":"0x77700000"}"#))
    }

    @Test func `a structure's own process and operation appear once, beside the message's`() {
        let other = AuxPidCreationTime(processId: 8, creationTime: .none)
        var handle = ObDesktopHandle(process: other)
        (handle.operation, handle.objectName) = (2, "Default")
        #expect(
            async(.openDesktop, number: 1, process: smss, .openDesktop(handle)).hasSuffix(
                #""operation":"OpenDesktop","operationCode":9,"notificationNumber":1,"#
                    + #""process":{"processId":8,"creationTime":null},"totalSize":76,"sizeOfData":68,"threadId":0,"#
                    + #""sessionId":0,"handleOperation":2,"kernelHandleFlag":0,"desiredAccess":"0x0","#
                    + #""objectName":"Default"}"#))
    }

    @Test func `a raw message about no process has a null process and its bytes`() {
        #expect(
            async(.rawVolumeWrite, number: 9, process: nil, .raw([1, 2, 3])).hasSuffix(
                #""operation":"RawVolumeWrite","operationCode":5,"notificationNumber":9,"process":null,"#
                    + #""totalSize":35,"sizeOfData":27,"data":"AQID"}"#))
    }
}

import Driver
import JSON
import Messages
import TestSupport
import Testing

@testable import DriverJSON

/// The data of notifications, under the names of a CloudEvent and under former ones.
@Suite struct NotificationRequestTests {
    private let driver = Driver.make()

    private func sync(_ operation: String, _ data: String) throws -> (data: SyncData, deprecated: [DeprecatedName]) {
        var deprecated: [DeprecatedName] = []
        let text = #"{"operation":"\#(operation)","processId":4,"data":\#(data)}"#
        let request = try JSONDocument.read(Array(text.utf8), onDeprecated: { deprecated.append($0) }) {
            SyncNotificationRequest($0)
        }
        return (try request.data(on: driver), deprecated)
    }

    private func async(_ operation: String, _ data: String) throws -> (body: AsyncBody, deprecated: [DeprecatedName]) {
        var deprecated: [DeprecatedName] = []
        let text = #"{"operation":"\#(operation)","data":\#(data)}"#
        let request = try JSONDocument.read(Array(text.utf8), onDeprecated: { deprecated.append($0) }) {
            AsyncNotificationRequest($0)
        }
        return (request.body, deprecated)
    }

    private func fault(_ read: () throws -> Void) -> String {
        do {
            try read()
            return ""
        } catch { return "\(error)" }
    }

    @Test func `a target without a creation time is the live process, one with it is as given`() throws {
        let system = try #require(driver.process(4)?.identity)
        for (data, target) in [
            (#"{"targetProcess":{"processId":4}}"#, system),
            (#"{"targetProcess":{"processId":4,"creationTime":null}}"#, .init(processId: 4, creationTime: .none)),
            (
                #"{"targetProcess":{"processId":9,"creationTime":"0x5"}}"#,
                .init(processId: 9, creationTime: .init(ticks: 5))
            ),
        ] {
            let read = try sync("NewThreadDifferentProcess", data)
            #expect(read.data == .newThreadDifferentProcess(targetProcess: target))
            #expect(read.deprecated == [])
        }
        #expect(throws: DriverError.unknownProcess(9)) {
            try sync("NewThreadDifferentProcess", #"{"targetProcess":{"processId":9}}"#)
        }
    }

    @Test func `the former names mean the same, and their use is recorded`() throws {
        let former = try sync("NewThreadDifferentProcess", #"{"targetProcessId":4}"#)
        #expect(former.data == (try sync("NewThreadDifferentProcess", #"{"targetProcess":{"processId":4}}"#)).data)
        #expect(former.deprecated == [.targetProcessId])

        let threads = #""createdThread":{"threadId":8},"currentThread":{"threadId":12}"#
        let started = try sync("NewThreadSameProcess", "{\(threads),\"startAddress\":\"0x10\"}")
        #expect(started.data == (try sync("NewThreadSameProcess", "{\(threads),\"threadStartAddress\":16}")).data)
        #expect(started.deprecated == [.startAddress])

        let process = #""process":{"processId":4}"#
        let opened = try async("OpenDesktop", "{\(process),\"operation\":1}")
        #expect(opened.body == (try async("OpenDesktop", "{\(process),\"handleOperation\":1}")).body)
        #expect(opened.deprecated == [.desktopOperation])

        let text = try async("LogPrint", #""AAE=""#)
        #expect(text.body == .raw([0, 1]))
        #expect(text.deprecated == [.rawDataText])
        #expect(try async("LogPrint", #"{"data":"AAE="}"#) == (.raw([0, 1]), []))
        #expect(try async("LogPrint", "{}") == (.raw([]), []))
    }

    @Test func `a name beside the former one is refused`() {
        let threads = #""createdThread":{"threadId":8},"currentThread":{"threadId":12}"#
        for (operation, data) in [
            ("NewThreadDifferentProcess", #"{"targetProcessId":4,"targetProcess":{"processId":4}}"#),
            ("NewThreadSameProcess", "{\(threads),\"startAddress\":1,\"threadStartAddress\":1}"),
        ] {
            #expect(fault { _ = try sync(operation, data) }.contains("not allowed beside"))
        }
        let process = #""process":{"processId":4}"#
        #expect(
            fault { _ = try async("OpenDesktop", "{\(process),\"operation\":1,\"handleOperation\":1}") }
                .contains("not allowed beside"))
        #expect(fault { _ = try async("LogPrint", #"{"bytes":""}"#) }.contains("/data/bytes"))
        #expect(fault { _ = try async("LogPrint", "5") }.contains("/data"))
    }

    @Test func `the process of a thread in itself is that of the notification, unless the data names another`() throws {
        let threads = #""createdThread":{"threadId":8},"currentThread":{"threadId":12}"#
        for (process, expected) in [
            ("", driver.process(4)?.identity),
            (#","process":{"processId":7,"creationTime":null}"#, .init(processId: 7, creationTime: .none)),
        ] {
            guard
                case .newThreadSameProcess(let content) = try sync("NewThreadSameProcess", "{\(threads)\(process)}")
                    .data
            else { return #expect(Bool(false)) }
            #expect(content.process == expected)
        }
    }

    @Test(arguments: AsyncOperation.allCases)
    func `the data of a CloudEvent is accepted as the data of a notification`(_ operation: AsyncOperation) throws {
        // All members of a structure under the names that a message shows.
        let body = AsyncBody(operation) { field in field.kind == .number ? .number(1) : nil }
        let message = EngineMessage(
            sequence: 1, time: .none, kind: .async, process: nil,
            content: .async(AsyncMessage(operation: operation, body: body)))
        var json = JSONWriter()
        MessageData(message, host: "a").write(to: &json)
        let common: Set = [
            "host", "sequence", "kind", "operation", "operationCode", "notificationNumber", "totalSize", "sizeOfData",
        ]
        let names = operation.structure.fields.compactMap(\.member)
        let shown = try JSONDocument.read(json.bytes) { value in
            value.openObject().map { $0.map(\.name).filter { !common.contains($0) && $0 != "process" } }
        }
        #expect(Set(shown).isSubset(of: names))
        #expect(!names.contains { common.contains($0) })
    }
}

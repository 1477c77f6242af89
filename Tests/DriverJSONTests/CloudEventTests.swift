import Driver
import DriverJSON
import JSON
import Messages
import Testing

struct CloudEventTests {
    private let origin = EventOrigin(host: "default", random: "5f3a9c")

    private func message(process: AuxPidCreationTime?) -> EngineMessage {
        EngineMessage(
            sequence: 17, time: FileTime(ticks: 132_267_537_301_234_567), kind: .async, process: process,
            content: .async(AsyncMessage(operation: .logPrint, body: .raw([]))))
    }

    @Test func `an event is structured JSON with the attributes of its message`() {
        let event = CloudEvent(
            message(process: AuxPidCreationTime(processId: 584, creationTime: .none)), origin: origin)
        #expect(
            String(decoding: event.structured { $0.value("x") }, as: UTF8.self)
                == #"{"specversion":"1.0","id":"default-5f3a9c-17","source":"/v1/hosts/default","#
                + #""type":"wdfilter.async.LogPrint","time":"2020-02-21T10:15:30.1234567Z","subject":"process/584","#
                + #""datacontenttype":"application/json","data":"x"}"#)
    }

    @Test func `an event about no process has no subject`() {
        let event = CloudEvent(message(process: nil), origin: origin)
        #expect(!String(decoding: event.structured { $0.null() }, as: UTF8.self).contains("subject"))
    }

    @Test func `FLT-6: hosts created one after the other have different origins of sixteen hex digits`() {
        let randoms = (0..<1000).map { _ in EventOrigin(host: "default").random }
        #expect(randoms.allSatisfy { $0.utf8.count == 16 && UInt64($0, radix: 16) != nil })
        #expect(Set(randoms).count == 1000)
    }
}

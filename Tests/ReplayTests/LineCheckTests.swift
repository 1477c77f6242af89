import Testing

@testable import Replay

@Suite struct LineCheckTests {
    private func faults(
        _ text: String, pieces: Int, _ options: EventFeed.Options = EventFeed.Options()
    ) -> LineCheck.Faults {
        let check = LineCheck(options)
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: pieces) {
            check.read(Array(bytes[start..<min(bytes.count, start + pieces)]))
        }
        return check.finish()
    }

    private let exit = #"{"type":"processExit","processId":8}"#

    @Test(arguments: [1, 7, 10_000])
    func `faulty lines are listed with their numbers, whatever the pieces`(_ pieces: Int) {
        let faults = faults("\(exit)\n\n  \n[\n\(exit)\n{\"type\":\"x\"}\n\n\n{}", pieces: pieces)
        #expect(faults.listed.map(\.line) == [4, 6, 9])
        #expect(faults.count == 3)
        #expect(faults.listed.allSatisfy { !$0.detail.isEmpty })
    }

    @Test func `lines without faults are not listed, even if the driver would refuse them`() {
        let faults = faults("\(exit)\n\(exit)\n", pieces: 10)
        #expect(faults.listed.isEmpty && faults.count == 0)
        #expect(self.faults("", pieces: 1).count == 0)
    }

    @Test func `the list has limits in number and in bytes, the count has none`() {
        let short = faults(String(repeating: "[\n", count: 2500), pieces: 4096)
        #expect((short.listed.count, short.count) == (1000, 2500))
        let member = String(repeating: "m", count: 400)
        let long = faults(String(repeating: "{\"type\":\"processExit\",\"\(member)\":1}\n", count: 900), pieces: 4096)
        #expect(long.count == 900)
        #expect(long.listed.reduce(0) { $0 + $1.detail.utf8.count } <= 256 << 10 + 600)
    }

    @Test func `a line that is too long is a fault`() {
        let line = String(repeating: "x", count: 100)
        var options = EventFeed.Options()
        options.maxLineBytes = 99
        #expect(faults("\(line)\n\(exit)\n", pieces: 13, options).listed.map(\.line) == [1])
    }

    @Test(arguments: [nil, "b"]) func `records of machines that are not replayed have no faults`(_ machine: String?) {
        let damaged = { (host: String) in
            SysmonLine.create(RecordedProcess(processId: 1000, second: 5), host: host)
                .replacing("\"Image\"", with: "\"Imagine\"")
        }
        var options = EventFeed.Options(format: .sysmon)
        options.machine = machine
        let faults = faults("\(damaged("a"))\n\(damaged("b"))\n", pieces: 50, options)
        #expect(faults.listed.map(\.line) == [machine == nil ? 1 : 2])
    }
}

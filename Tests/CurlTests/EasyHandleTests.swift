import Curl
import Testing

@Suite struct EasyHandleTests {
    private let server: EchoServer

    init() throws { server = try EchoServer() }

    @Test func `the body of the delegate is sent, and the answer is received`() throws {
        let handle = try server.handle("/a?b=c")
        try handle.set(.method, "PATCH")
        try handle.set(.upload, true)
        try handle.set(.headers, try HeaderList(["Expect:", "X-Test: one", "X-Test;"]))
        let parts = Parts(["first ", "second"])
        #expect(try handle.perform(parts) == .ok)
        #expect(handle.status == 200)
        #expect(handle.contentType == "text/x")
        #expect(parts.text == "PATCH /a?b=c one \nfirst second")
        #expect(parts.headerBytes > 0)
    }

    @Test func `a handle can perform several transfers, each with its own delegate and headers`() throws {
        let handle = try server.handle()
        try handle.set(.post, true)
        for number in 1...3 {
            try handle.set(.headers, try HeaderList(["Expect:", "X-Test: \(number)"]))
            try handle.setBodySize(2)
            let parts = Parts(["\(number)!"])
            #expect(try handle.perform(parts) == .ok)
            #expect(parts.text == "POST / \(number)\n\(number)!")
        }
    }

    @Test func `the delegate can abort while it sends and while it receives`() throws {
        let handle = try server.handle()
        try handle.set(.upload, true)
        let sending = try handle.perform(Parts(["half"], aborts: true))
        #expect(sending != .ok)
        #expect(!handle.errorText(sending).isEmpty)
        #expect(try server.handle().perform(Parts(most: 2)) != .ok)
    }

    @Test func `progress is reported if requested`() throws {
        let silent = Parts()
        #expect(try server.handle().perform(silent) == .ok)
        #expect(silent.steps == 0)
        let handle = try server.handle()
        try handle.reportProgress()
        let counting = Parts()
        #expect(try handle.perform(counting) == .ok)
        #expect(counting.steps > 0)
    }

    @Test func `an opener gets each address, and no connection is made if it refuses`() throws {
        let handle = try server.handle()
        let opener = Refusing()
        try handle.setOpener(opener, decidesLookUps: false)
        #expect(try handle.perform(Parts()) == .couldNotConnect)
        #expect(opener.refused == 1)
    }

    @Test func `an opener can prevent libcurl from looking up a name`() throws {
        let handle = try server.handle()
        try handle.set(.url, "http://name.invalid/")
        let opener = Refusing()
        try handle.setOpener(opener, decidesLookUps: true)
        #expect(try handle.perform(Parts()) == .couldNotResolve)
        #expect(opener.lookups == 1 && opener.refused == 0)
        try handle.set(.addresses, try HeaderList(["+name.invalid:80:127.0.0.1"]))
        #expect(try handle.perform(Parts()) == .couldNotConnect)
        #expect(opener.lookups == 1 && opener.refused == 1)
    }

    @Test func `the failure names the option that libcurl refuses`() throws {
        let handle = try server.handle()
        let failure = #expect(throws: CurlFailure.self) { try handle.set(.schemes, "nothing") }
        #expect(failure?.call == "CURLOPT_PROTOCOLS_STR")
        #expect(CurlFailure("reason", of: "call").text == "call: reason")
        #expect(CurlFailure("reason").text == "reason")
    }
}

/// Opens no socket, and refuses all lookups.
private final class Refusing: ConnectionOpener {
    private(set) var refused = 0
    private(set) var lookups = 0

    func openSocket(for target: ConnectionTarget) -> Int32? {
        if !target.address.isEmpty { refused += 1 }
        return nil
    }

    func mayLookUp() -> Bool {
        lookups += 1
        return false
    }
}

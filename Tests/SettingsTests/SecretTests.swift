import Glibc
import Settings
import Testing

@Suite struct SecretTests {
    @Test func `nothing that prints a secret shows it`() {
        let secret = Secret("whsec_s3cret")
        var dumped = ""
        dump([secret], to: &dumped)
        for shown in ["\(secret)", String(reflecting: secret), String(describing: ["k": secret]), dumped] {
            #expect(!shown.contains("s3cret"))
            #expect(shown.contains("<redacted>"))
        }
        #expect(secret.reveal() == "whsec_s3cret")
    }

    @Test(arguments: ["whsec_a", "whsec_a\n", "whsec_a\r\n"])
    func `a file contains a secret, with or without a line ending`(content: String) throws {
        #expect(try withFile(content) { path in try Secret(path: path) } == Secret("whsec_a"))
    }

    @Test(arguments: ["", "\n", "a\nb", "a b", "a\0", "ä", "a\n\n", String(repeating: "a", count: 4097)])
    func `anything else is refused and not shown`(content: String) throws {
        try withFile(content) { path in
            let error = #expect(throws: Secret.Unreadable.self) { try Secret(path: path) }
            let description = try #require(error).description
            #expect(description.hasPrefix(path + ": is "))
        }
    }

    @Test func `a missing file is reported`() {
        let error = #expect(throws: Secret.Unreadable.self) { try Secret(path: "/nowhere/x") }
        #expect(error?.description == "/nowhere/x: cannot be read: No such file or directory")
    }

    @Test func `a configuration file is read whole, or its fault is reported`() throws {
        try withFile("log: {level: debug}\n") { path in
            let file = try SettingsFile(path: path)
            #expect(file == SettingsFile(name: path, text: "log: {level: debug}\n"))
        }
        let missing = #expect(throws: InvalidSettings.self) { try SettingsFile(path: "/nowhere/x") }
        #expect(missing?.faults.map(\.description) == ["/nowhere/x: cannot be read: No such file or directory"])
        let directory = #expect(throws: InvalidSettings.self) { try SettingsFile(path: "/") }
        #expect(directory?.faults.map(\.description) == ["/: is a directory, not a regular file"])
        let endless = #expect(throws: InvalidSettings.self) { try SettingsFile(path: "/dev/zero") }
        #expect(endless?.faults.map(\.description) == ["/dev/zero: is a device, not a regular file"])
    }

    private func withFile<Result>(_ content: String, _ body: (String) throws -> Result) throws -> Result {
        var name = Array("/tmp/wdfilterd-secret-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        try #require(descriptor >= 0)
        let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        let written = content.utf8CString.dropLast().withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        try #require(written == content.utf8.count)
        return try body(path)
    }
}

import Console
import Dumps
import Testing

@testable import wdfilterd

@Suite struct DecodeInputTests {
    private static let dump = "863bd010  0002015d 000000b8\r\n"
    private static let bytes: [UInt8] = [0x5D, 0x01, 0x02, 0x00, 0xB8, 0x00, 0x00, 0x00]

    private func read(_ content: [UInt8], _ kind: DecodeInput.Kind = .auto) throws -> DecodeInput {
        try DecodeInput(name: "f", content: content, kind: kind)
    }

    /// The one dump of a file.
    private func dump(_ content: [UInt8], _ kind: DecodeInput.Kind = .auto) throws -> Dump {
        let dumps = try read(content, kind).dumps
        #expect(dumps.count == 1)
        return try #require(dumps.first).get()
    }

    @Test func `bytes are read unchanged`() throws {
        #expect(try dump(Self.bytes).bytes == Self.bytes)
        #expect(try dump(Array("5d".utf8), .binary).bytes == Array("5d".utf8))
        // No text in UTF-8 and without a dump in any code page.
        let bytes: [UInt8] = [0xC8, 0xFF, 0xE0, 0x80]
        #expect(try dump(bytes).bytes == bytes)
    }

    @Test func `text is searched for dumps, in UTF-8, UTF-16 or a code page, with or without a byte order mark`() throws
    {
        let utf16 = Self.dump.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        let swapped = Self.dump.utf16.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        let contents = [
            Array(Self.dump.utf8), [0xEF, 0xBB, 0xBF] + Array(Self.dump.utf8), [0xFF, 0xFE] + utf16,
            [0xFE, 0xFF] + swapped,
            [0xDC, 0x0D, 0x0A] + Array(Self.dump.utf8),
        ]
        for content in contents {
            let dump = try dump(content)
            #expect(dump.bytes == Self.bytes)
            #expect(dump.address == 0x863B_D010)
        }
    }

    @Test(arguments: [
        ([], DecodeInput.Kind.auto, "f: is empty"),
        (Array("hello\nzz".utf8), .auto, "f: has no line that is part of a dump"),
        ([0x5D, 0x00], .hex, "f: is not text"), ([0xC3], .hex, "f: has no line that is part of a dump"),
        (Array("\n# nothing\n".utf8), .auto, "f: has no line that is part of a dump"),
        (
            Array(#"{"sequence":1,"time":"2026-01-01"}"#.utf8), .auto,
            "f: this is JSON of the API: ask with Accept: application/octet-stream"
        ),
        (
            Array(#"[{"sequ"#.utf8), .hex,
            "f: this is JSON of the API: ask with Accept: application/octet-stream"
        ),
        (
            Array(#"{ "type": "/problems/unknown-message", "status": 404, "detail": "No \u001b message." }"#.utf8),
            .auto,
            #"f: this is an error of the service, not a message: No \u{1b} message."#
        ),
        (
            Array("to be\n{0x5d, 0x0g}".utf8), .auto,
            "f: has no line that is part of a dump; line 2 might be one, but 0x0g is not a byte"
        ),
        (Array("5d 01 zz and more text".utf8), .auto, "f: has no line that is part of a dump"),
        (Array("00000000: 00\n*\nfffffff0: 00".utf8), .auto, "f:3: more than 16777216 bytes"),
    ])
    func `an invalid file is reported with its reason`(content: [UInt8], kind: DecodeInput.Kind, message: String) {
        #expect { try read(content, kind) } throws: { error in
            let failure = error as? CommandFailure
            return failure?.message == message && failure?.status == .usage
        }
    }

    @Test func `a list in Python is not JSON`() throws {
        #expect(try dump(Array("[0x5d, 0x01, 0x02, 0x00, 0xb8, 0x00, 0x00, 0x00]".utf8)).bytes == Self.bytes)
    }

    @Test func `each form has a name on the command line`() {
        for name in DecodeForm.allValueStrings { #expect(DecodeForm(argument: name)?.defaultValueDescription == name) }
        #expect(DecodeForm(argument: "Sync") == nil)
    }
}

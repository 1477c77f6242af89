import Console
import Testing

@testable import wdfilterd

@Suite struct DecodeInputTests {
    private static let dump = "863bd010  0002015d 000000b8\r\n"
    private static let bytes: [UInt8] = [0x5D, 0x01, 0x02, 0x00, 0xB8, 0x00, 0x00, 0x00]

    private func read(_ content: [UInt8], _ kind: DecodeInput.Kind = .auto) throws -> DecodeInput {
        try DecodeInput(name: "f", content: content, kind: kind)
    }

    @Test func `bytes are read unchanged`() throws {
        #expect(try read(Self.bytes).bytes == Self.bytes)
        #expect(try read(Array("5d".utf8), .binary).bytes == Array("5d".utf8))
    }

    @Test func `text is a dump, in UTF-8 or UTF-16, with or without a byte order mark`() throws {
        let utf16 = Self.dump.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        for content in [Array(Self.dump.utf8), [0xEF, 0xBB, 0xBF] + Array(Self.dump.utf8), [0xFF, 0xFE] + utf16] {
            let input = try read(content)
            #expect(input.bytes == Self.bytes)
            #expect(input.address == 0x863B_D010)
        }
    }

    @Test(arguments: [
        ([], DecodeInput.Kind.auto, "f: is empty"), (Array("5d\nzz".utf8), .auto, "f:2: \"zz\" is not hex"),
        ([0x5D, 0x00], .hex, "f: is not text"), ([0xC3], .hex, "f: is not text"),
        (Array("\n# nothing\n".utf8), .auto, "f: has no bytes"),
        (
            Array(#"{"sequence":1,"time":"2026-01-01"}"#.utf8), .auto,
            "f: this is JSON; request the bytes with -H 'Accept: application/octet-stream'"
        ),
        (
            Array(#"[{"sequ"#.utf8), .hex,
            "f: this is JSON; request the bytes with -H 'Accept: application/octet-stream'"
        ),
        (
            Array(#"{ "type": "/problems/unknown-message", "status": 404, "detail": "No \u001b message." }"#.utf8),
            .auto,
            #"f: this is an error of the service, not a message: No \u{1b} message."#
        ),
        (Array("{0x5d, 0x0g}".utf8), .auto, #"f:1: "0x0g}" is not hex"#),
    ])
    func `an invalid file is reported with its line`(content: [UInt8], kind: DecodeInput.Kind, message: String) {
        #expect { try read(content, kind) } throws: { error in
            let failure = error as? CommandFailure
            return failure?.message == message && failure?.status == .usage
        }
    }

    @Test func `each form has a name on the command line`() {
        for name in DecodeForm.allValueStrings { #expect(DecodeForm(argument: name)?.defaultValueDescription == name) }
        #expect(DecodeForm(argument: "Sync") == nil)
    }
}

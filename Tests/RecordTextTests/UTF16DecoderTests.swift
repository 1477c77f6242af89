import Bytes
import RecordText
import Testing

struct UTF16DecoderTests {
    /// The output of a converter for `input` in pieces of `size` bytes.
    private func convert(_ input: [UInt8], with converter: some TextConverter, size: Int) -> String {
        var (converter, output, start) = (converter, [UInt8](), 0)
        while start < input.count {
            let end = min(start + size, input.count)
            input[start..<end].withUnsafeBytes { converter.convert($0, into: &output) }
            start = end
        }
        converter.finish(into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: 1...9) func `UTF-16 may be split anywhere`(size: Int) {
        let text = "aé日🦊b🦊"
        let bytes = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(convert(bytes, with: UTF16Decoder(.little), size: size) == text)
    }

    @Test(arguments: 1...9) func `a mark says what a text is, wherever it is cut`(size: Int) {
        let text = "[{\"a\": \"é🦊\"},\n{\"b\":2}]"
        let units = "\u{FEFF}\(text)".utf16
        let forms = [
            Array(text.utf8), Array("\u{FEFF}\(text)".utf8), units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] },
            units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] },
        ]
        for form in forms { #expect(convert(form, with: MarkedText(), size: size) == "{\"a\": \"é🦊\"}\n{\"b\":2}\n") }
        #expect(convert([], with: MarkedText(), size: size) == "")
        #expect(convert([0xFF], with: MarkedText(), size: size) == convert([0xFF], with: RecordFramer(), size: size))
    }

    @Test(arguments: [
        ([0x3D, 0xD8, 0x61, 0x00], "\u{FFFD}a"), ([0x8A, 0xDD, 0x61, 0x00], "\u{FFFD}a"),
        ([0x3D, 0xD8], "\u{FFFD}"), ([0x61, 0x00, 0x62], "a\u{FFFD}"),
        ([0x3D, 0xD8, 0x3D, 0xD8, 0x8A, 0xDD], "\u{FFFD}\u{1F58A}"),
    ])
    func `an incomplete character is replaced`(bytes: [UInt8], text: String) {
        for size in 1...6 {
            #expect(convert(bytes, with: UTF16Decoder(.little), size: size) == text)
        }
    }
}

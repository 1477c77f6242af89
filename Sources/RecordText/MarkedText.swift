import Bytes

/// Cuts a text into records, as `RecordFramer` does, also if a byte order mark says that it is UTF-16.
public struct MarkedText: TextConverter, Sendable {
    private var framer = RecordFramer()
    /// Nil for UTF-8.
    private var decoder: UTF16Decoder?
    /// The first bytes, until they show whether there is a mark; then nil.
    private var start: [UInt8]? = []

    /// A text from its start.
    public init() {}

    /// Converts a piece of the text.
    public mutating func convert(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        guard let known = start else { return frame(input, into: &output) }
        let begin = known + input.prefix(2 - known.count)
        guard begin.count == 2 else { return start = begin }
        start = nil
        if let order = ByteOrder(mark: begin) {
            decoder = UTF16Decoder(order)
        } else {
            begin.withUnsafeBytes { frame($0, into: &output) }
        }
        frame(UnsafeRawBufferPointer(rebasing: input.dropFirst(2 - known.count)), into: &output)
    }

    /// Ends the text.
    public mutating func finish(into output: inout [UInt8]) {
        start?.withUnsafeBytes { frame($0, into: &output) }
        start = nil
        var rest: [UInt8] = []
        decoder?.finish(into: &rest)
        rest.withUnsafeBytes { framer.convert($0, into: &output) }
        framer.finish(into: &output)
    }

    private mutating func frame(_ input: UnsafeRawBufferPointer, into output: inout [UInt8]) {
        guard decoder != nil else { return framer.convert(input, into: &output) }
        var text: [UInt8] = []
        decoder?.convert(input, into: &text)
        text.withUnsafeBytes { framer.convert($0, into: &output) }
    }
}

import Bytes
import Messages

/// The bytes of lines that were read, in both byte orders, until all is known about them.
struct DumpedWords {
    private var written: [UInt8] = []
    private var turned: [UInt8] = []
    /// Whether a word has several bytes.
    private var hasOrder = false
    private var hasNumbers = false
    /// The orders in which all text columns show the words.
    private var shownOrders = Set(ByteOrder.allCases)

    var count: Int { written.count }

    /// Appends the words of a line, `copies` times.
    mutating func append(_ reading: Reading, copies: Int = 1) {
        written.append(reading.bytes, copies: copies)
        turned.append(reading.form.arrange(reading.bytes, .little), copies: copies)
        if reading.form.size == 1 { return }
        hasOrder = true
        if reading.form.isNumber || reading.address?.hasTick == true { hasNumbers = true }
        if reading.ending == .text { shownOrders.formIntersection(reading.shownOrders) }
    }

    /// The same, as digits that are not words: the bytes are in their order.
    var asDigits: DumpedWords {
        var digits = self
        digits.hasOrder = false
        return digits
    }

    /// The header that the bytes begin with, in one of the orders that are possible.
    func header(_ expectation: Expectation) -> MessageHeader? {
        switch order {
        case .little: expectation.header(of: turned)
        case .big: expectation.header(of: written)
        case nil: expectation.header(of: written) ?? expectation.header(of: turned)
        }
    }

    /// The order that the words themselves show; nil if none does. Numbers are little-endian, as everything in Windows.
    private var order: ByteOrder? {
        if !hasOrder { return .big }
        return shownOrders.count == 1 ? shownOrders.first : hasNumbers ? .little : nil
    }

    /// The bytes in memory order, with a remark if only the header says which order that is. Nil if nothing does: in both
    /// orders, or in neither, the bytes begin like a message.
    func bytes(_ expectation: Expectation) -> (bytes: [UInt8], remark: String?)? {
        if let order = order ?? expectation.order { return (order == .little ? turned : written, nil) }
        let (isBig, isLittle) = (expectation.header(of: written) != nil, expectation.header(of: turned) != nil)
        guard isBig != isLittle else { return nil }
        let name = isBig ? "big-endian" : "little-endian"
        return (
            isBig ? written : turned, "the words were read as \(name), because only then do they begin like a message"
        )
    }
}

extension [UInt8] {
    /// Appends `bytes`, `copies` times, and many short ones in larger blocks.
    fileprivate mutating func append(_ bytes: [UInt8], copies: Int) {
        if copies == 1 { return self += bytes }
        let blockCopies = 1 + 4096 / Swift.max(1, bytes.count)
        let block = Array(repeatElement(bytes, count: blockCopies).joined())
        for _ in 0..<copies / blockCopies { self += block }
        for _ in 0..<copies % blockCopies { self += bytes }
    }
}

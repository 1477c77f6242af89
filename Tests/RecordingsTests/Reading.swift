@testable import Recordings

/// The reader for tests.
struct Reading {
    var order = RecordingOrder.auto
    var lineBytes = 1 << 20
    var blockBytes = 1 << 20
    var environment = RecordingEnvironment()

    func open(_ path: String) throws(RecordingFault) -> RecordingReader {
        try RecordingReader(
            path: path, order: order, limits: LineLimits(lineBytes: lineBytes, blockBytes: blockBytes),
            environment: environment, time: Reading.time)
    }

    /// All blocks of a recording without a fault.
    func blocks(_ path: String) throws -> [RecordingBlock] {
        let (blocks, fault) = try blocksUpToFault(path)
        if let fault { throw fault }
        return blocks
    }

    /// The blocks, and the fault that followed them.
    func blocksUpToFault(_ path: String) throws -> ([RecordingBlock], RecordingFault?) {
        let reader = try open(path)
        var blocks: [RecordingBlock] = []
        do throws(RecordingFault) {
            while let block = try reader.next() { blocks.append(block) }
        } catch {
            return (blocks, error)
        }
        return (blocks, nil)
    }

    /// The whole text of a recording.
    func text(_ path: String) throws -> String { try blocks(path).text }

    /// The number after `"t":` at the beginning of a line, or in an element `t` of XML.
    static let time: @Sendable (UnsafeRawBufferPointer) -> UInt64? = { line in
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("<"), let element = text.firstRange(of: "<t>") {
            return UInt64(text[element.upperBound...].prefix { $0.isNumber })
        }
        guard text.hasPrefix("{\"t\":") else { return nil }
        return UInt64(text.dropFirst(5).prefix { $0.isNumber })
    }
}

extension [RecordingBlock] {
    var text: String { String(decoding: flatMap(\.bytes), as: UTF8.self) }
    var isReversed: Bool { contains { $0.isReversed } }
}

/// Lines with the given times, each about as long as real ones.
func lines(_ times: some Sequence<Int>) -> String {
    times.map { "{\"t\":\($0),\"text\":\"\(String(repeating: "x", count: $0 % 50))\"}\n" }.joined()
}

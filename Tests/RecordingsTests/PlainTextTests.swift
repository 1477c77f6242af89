import Glibc
import TestSupport
import Testing

@testable import Recordings

@Suite struct PlainTextTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test(arguments: [
        ("a\nb\n", "a\nb\n", "b\na\n"),
        ("a\r\nb\r\n", "a\r\nb\r\n", "b\r\na\r\n"),
        ("a\nb", "a\nb\n", "b\na\n"),
        ("\n\na\n\n", "\n\na\n\n", "\na\n\n\n"),
        ("one", "one\n", "one\n"),
        ("\n", "\n", "\n"),
        ("", "", ""),
    ])
    func `lines are returned unchanged, from either end`(content: String, forward: String, reverse: String) throws {
        let path = folder.file("a.json", content)
        for block in 1...4 {
            #expect(try Reading(order: .forward, blockBytes: block).text(path) == forward)
            #expect(try Reading(order: .auto, blockBytes: block).text(path) == forward)
            #expect(try Reading(order: .reverse, blockBytes: block).text(path) == reverse)
        }
    }

    @Test func `a block ends with a line and knows its part`() throws {
        let path = folder.file("attack.json", lines(0..<100))
        let blocks = try Reading(blockBytes: 200).blocks(path)
        #expect(blocks.count > 10)
        for block in blocks {
            #expect(block.bytes.last == UInt8(ascii: "\n"))
            #expect(block.part == 0 && block.name == "attack.json" && !block.isReversed)
        }
    }

    @Test func `whatever the lines and blocks, forward is the content and reverse its lines reversed`() throws {
        var generator = SplitMix(seed: 20_260_101)
        for _ in 0..<300 {
            let count = Int.random(in: 0...60, using: &generator)
            let letters: [UInt8] = Array("ab\n\r ".utf8)
            var content = (0..<count).compactMap { _ in letters.randomElement(using: &generator) }
            let path = folder.file("random.json", content)
            let (line, block) = (Int.random(in: 1...12, using: &generator), Int.random(in: 1...20, using: &generator))
            if !content.isEmpty, content.last != UInt8(ascii: "\n") { content.append(UInt8(ascii: "\n")) }
            let expected = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast()
                .map { $0.prefix(line + 1) + [UInt8(ascii: "\n")] }
            let forward = try Reading(order: .forward, lineBytes: line, blockBytes: block).blocks(path)
            #expect(forward.flatMap(\.bytes) == expected.flatMap { $0 }, "\(content) line \(line) block \(block)")
            let reverse = try Reading(order: .reverse, lineBytes: line, blockBytes: block).blocks(path)
            let turned = expected.reversed().flatMap { $0 }
            #expect(reverse.flatMap(\.bytes) == turned, "\(content) line \(line) block \(block)")
        }
    }

    @Test(arguments: [9, 10, 11, 12, 300], [1, 7, 10, 11, 12, 13, 1000])
    func `a line that is too long keeps one byte too many`(length: Int, block: Int) throws {
        let long = String(repeating: "x", count: length)
        let kept = String(long.prefix(11))
        let path = folder.file("a.json", "a\n\(long)\nb\n\(long)")
        #expect(
            try Reading(order: .forward, lineBytes: 10, blockBytes: block).text(path) == "a\n\(kept)\nb\n\(kept)\n")
        #expect(
            try Reading(order: .reverse, lineBytes: 10, blockBytes: block).text(path) == "\(kept)\nb\n\(kept)\na\n")
    }

    @Test(arguments: [64, 1 << 20]) func `a recording that is newest first is read from its end`(block: Int) throws {
        let path = folder.file("a.json", "none\n" + lines((1...200).reversed()) + "none\n\n")
        let blocks = try Reading(blockBytes: block).blocks(path)
        #expect(blocks.text == "\nnone\n" + lines(1...200) + "none\n")
        #expect(blocks.allSatisfy { $0.isReversed })
        #expect(try Reading(order: .forward, blockBytes: block).text(path).hasPrefix("none\n" + lines([200])))
    }

    @Test(arguments: [
        lines([5]), lines([5, 5]), lines([5, 9, 3, 5]), "none\n" + lines([3]) + "none\n", "none\n", "\n\n",
    ])
    func `without a later time first, a recording is read in its own order`(content: String) throws {
        let path = folder.file("a.json", content)
        #expect(try Reading().blocks(path).isReversed == false)
        #expect(try Reading().text(path) == content)
    }

    @Test(arguments: RecordingOrder.allCases) func `the position ends at the size`(order: RecordingOrder) throws {
        let path = folder.file("a.json", lines(0..<1000))
        let reader = try Reading(order: order, blockBytes: 1000).open(path)
        let size = try #require(reader.size)
        var last: UInt64 = 0
        while try reader.next() != nil {
            #expect(reader.position >= last && reader.position <= size)
            last = reader.position
        }
        #expect(reader.position == size && last > size / 2)
        #expect(try reader.next() == nil)
    }

    @Test func `a file that cannot be opened is a fault in the system's words`() throws {
        #expect(throws: RecordingFault("missing.json", "cannot be read: No such file or directory")) {
            try Reading().open("\(folder.path)/missing.json")
        }
        let name = folder.path.split(separator: "/").last.map { String($0) } ?? ""
        #expect(throws: RecordingFault(name, "cannot be read: Is a directory")) { try Reading().open(folder.path) }
        #expect(RecordingFault("a.zip", "is encrypted").description == "a.zip: is encrypted")
    }

    @Test(arguments: RecordingOrder.allCases)
    func `a file without an end is refused, not read`(order: RecordingOrder) {
        let reading = Reading(order: order)
        #expect(throws: RecordingFault("zero", "is a device; only files and pipes can be read")) {
            try reading.open("/dev/zero")
        }
        for name in ["pagemap", "maps", "status"] {
            let detail = "has content but no size, like files in /proc; copy it to a regular file first"
            #expect(throws: RecordingFault(name, detail)) { try reading.open("/proc/self/\(name)") }
        }
    }

    @Test(arguments: RecordingOrder.allCases)
    func `an empty file and /dev/null have no lines`(order: RecordingOrder) throws {
        #expect(try Reading(order: order).blocks("/dev/null").isEmpty)
        #expect(try Reading(order: order).blocks(folder.file("a.json", "")).isEmpty)
    }

    @Test(arguments: [10, 100, 1000], [1, 7, 64])
    func `a line much longer than the kept part costs its block, and the next lines are complete`(
        length: Int, block: Int
    ) throws {
        let long = String(repeating: "x", count: length)
        let path = folder.file("a.json", "\(long)\na\n\(long)\n\n\(long)")
        let kept = String(long.prefix(9))
        let reading = Reading(order: .forward, lineBytes: 8, blockBytes: block)
        #expect(try reading.text(path) == "\(kept)\na\n\(kept)\n\n\(kept)\n")
    }

    @Test(arguments: RecordingOrder.allCases) func `no descriptor is left open`(order: RecordingOrder) throws {
        let path = folder.file("a.json", lines((0..<100).reversed()))
        do {
            let reader = try Reading(order: order, blockBytes: 100).open(path)
            _ = try reader.next()
            #expect(folder.openDescriptors == 1)
        }
        #expect(folder.openDescriptors == 0)
        let reader = try Reading(order: order).open(path)
        while try reader.next() != nil {}
        #expect(folder.openDescriptors == 0)
    }
}

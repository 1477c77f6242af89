import TestSupport
import Testing

@testable import Recordings

@Suite struct ArchiveTests {
    private let folder: TemporaryFolder
    private let spoolFolder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        spoolFolder = try TemporaryFolder()
    }

    private func reading(_ order: RecordingOrder = .auto, lineBytes: Int = 1 << 20, blockBytes: Int = 512) -> Reading {
        var environment = RecordingEnvironment()
        environment.temporaryFolder = spoolFolder.path
        return Reading(order: order, lineBytes: lineBytes, blockBytes: blockBytes, environment: environment)
    }

    private func archive(
        _ name: String, _ format: ArchiveWriter.Format, _ members: KeyValuePairs<String, String>
    ) throws -> String {
        try archive(name, format, .none, members)
    }

    private func archive(
        _ name: String, _ format: ArchiveWriter.Format, _ filter: ArchiveWriter.Filter,
        _ members: KeyValuePairs<String, String>
    ) throws -> String {
        let path = "\(folder.path)/\(name)"
        let writer = try ArchiveWriter(path, format, filter)
        for (name, content) in members { try writer.add(name, content) }
        writer.close()
        return path
    }

    @Test(arguments: [ArchiveWriter.Filter.gzip, .bzip2, .xz, .zstd, .lz4], RecordingOrder.allCases)
    func `a compressed file is one part`(filter: ArchiveWriter.Filter, order: RecordingOrder) throws {
        let path = try archive("name-that-tells-nothing", .raw, filter, ["data": lines(0..<300)])
        let blocks = try reading(order).blocks(path)
        #expect(blocks.text == (order == .reverse ? lines((0..<300).reversed()) : lines(0..<300)))
        #expect(blocks.count > 3)
        #expect(blocks.allSatisfy { $0.name == "name-that-tells-nothing" && $0.part == 0 })
        #expect(spoolFolder.names == [])
    }

    @Test(arguments: [ArchiveWriter.Filter.gzip, .bzip2, .xz, .zstd, .lz4], RecordingOrder.allCases)
    func `bytes after compressed data are a fault, unless they are zeros or more compressed data`(
        filter: ArchiveWriter.Filter, order: RecordingOrder
    ) throws {
        let whole = try folder.bytes(of: name(of: archive("whole", .raw, filter, ["data": lines(0..<300)])))
        for behind in ["garbage", "\u{0}\u{0}\u{0}garbage", String(repeating: "{\"t\":1}\n", count: 20_000)] {
            let path = folder.file("damaged", whole + Array(behind.utf8))
            let fault: (any Error)?
            do { fault = try reading(order).blocksUpToFault(path).1 } catch { fault = error }
            #expect(fault.map { "\($0)".hasPrefix("damaged: is damaged") } == true)
        }
        let padded = folder.file("padded", whole + [UInt8](repeating: 0, count: 100_000))
        // xz and zstd themselves treat zeros as damage.
        if filter == .gzip || filter == .bzip2 {
            #expect(try reading(.forward).text(padded) == lines(0..<300))
        }
        #expect(try reading(.forward).text(folder.file("twice", whole + whole)) == lines(0..<300) + lines(0..<300))
    }

    private func name(of path: String) -> String { String(path.split(separator: "/").last ?? "") }

    @Test(arguments: [
        (ArchiveWriter.Format.zip, ArchiveWriter.Filter.none), (.tar, .none), (.tar, .gzip), (.tar, .xz),
        (.sevenZip, .none),
    ])
    func `each member is a part with its own order`(
        format: ArchiveWriter.Format, filter: ArchiveWriter.Filter
    ) throws {
        let path = try archive(
            "attack", format, filter,
            [
                "folder/first.json": lines(0..<100), "second.NDJSON": lines((0..<100).reversed()),
                "third.log": lines(50..<60),
            ])
        let blocks = try reading().blocks(path)
        #expect(Set(blocks.map(\.name)) == ["attack: folder/first.json", "attack: second.NDJSON", "attack: third.log"])
        #expect(blocks.map(\.part) == blocks.map(\.part).sorted())
        for (part, content) in [lines(0..<100), lines(0..<100), lines(50..<60)].enumerated() {
            let blocks = blocks.filter { $0.part == part }
            #expect(blocks.text == content)
            #expect(blocks.allSatisfy { $0.isReversed == (part == 1) })
        }
        #expect(try reading(.reverse).blocks(path).filter { $0.part == 2 }.text == lines((50..<60).reversed()))
    }

    @Test func `folders, macOS leftovers and members that are no recordings are skipped`() throws {
        let path = "\(folder.path)/a.zip"
        let writer = try ArchiveWriter(path, .zip)
        try writer.addFolder("folder.json/")
        try writer.add("__MACOSX/folder/a.json", "{\"no\":1}\n")
        try writer.add("folder/._a.json", "{\"no\":1}\n")
        try writer.add("systeminfo.txt", "Host Name: WS07\nOS Name: Windows\n")
        try writer.add("table.json", "a,b,c\n1,2,3\n")
        try writer.add("program.log", [0x7F, 0x45, 0x4C, 0x46, 2, 1])
        try writer.add("folder/a", "{\"yes\":1}\n")
        try writer.add("folder/b.md", "log of an agent\n<Event><yes/></Event>\n")
        writer.close()
        let reader = try reading().open(path)
        var blocks: [RecordingBlock] = []
        while let block = try reader.next() { blocks.append(block) }
        #expect(blocks.text == "{\"yes\":1}\nlog of an agent\n<Event><yes/></Event>\n")
        #expect(
            reader.unread.listed.map { "\($0.name) \($0.reason)" } == [
                "a.zip: systeminfo.txt looks like text that is neither JSON nor XML",
                "a.zip: table.json looks like CSV; export the records as JSON or XML",
                "a.zip: program.log looks like a program",
            ])
        #expect(reader.unread.count == 3)
    }

    @Test func `event logs that cannot be read are named, those of Sysmon first`() throws {
        let writer = try ArchiveWriter("\(folder.path)/a.zip", .zip)
        let log = Array("ElfFile\0".utf8) + [UInt8](repeating: 0, count: 100)
        try writer.add("info.txt", "text\n")
        for number in 1...60 { try writer.add("logs/Kernel-\(number).evtx", log) }
        try writer.add("logs/Microsoft-Windows-Sysmon%4Operational.evtx", log)
        writer.close()
        var nowhere = reading()
        nowhere.environment.searchPath = "/nowhere"
        let reader = try nowhere.open("\(folder.path)/a.zip")
        #expect(try reader.next() == nil)
        #expect(reader.unread.count == 62)
        #expect(reader.unread.listed.count == 51)
        #expect(reader.unread.listed.first?.name == "a.zip: logs/Microsoft-Windows-Sysmon%4Operational.evtx")
        #expect(reader.unread.listed.first?.reason == EventLogProgram.advice)
        #expect(reader.unread.listed.last?.name == "a.zip: info.txt")
    }

    @Test func `empty compressed data gives no lines`() throws {
        #expect(try reading().text(archive("a.gz", .raw, .gzip, ["data": ""])) == "")
        #expect(try reading().text(archive("a.zip", .zip, ["a.json": ""])) == "")
    }

    @Test func `an encrypted member is named`() throws {
        let path = "\(folder.path)/a.zip"
        let writer = try ArchiveWriter(path, .zip, isEncrypted: true)
        try writer.add("a.json", lines(0..<10))
        writer.close()
        let reader = try reading().open(path)
        #expect(try reader.next() == nil)
        #expect(reader.unread.listed.map { "\($0.name) \($0.reason)" } == ["a.zip: a.json is encrypted"])
    }

    @Test func `an archive in an archive is named, and the rest is read`() throws {
        _ = try archive("a.gz", .raw, .gzip, ["data": "a\n"])
        let path = "\(folder.path)/a.zip"
        let writer = try ArchiveWriter(path, .zip)
        try writer.add("a.json", try folder.bytes(of: "a.gz"))
        try writer.add("b.json", "{}\n")
        writer.close()
        let reader = try reading().open(path)
        #expect(try reader.next().map { [$0] }?.text == "{}\n")
        #expect(try reader.next() == nil)
        #expect(
            reader.unread.listed.map { "\($0.name) \($0.reason)" } == [
                "a.zip: a.json is itself compressed; unpack it first"
            ])
    }

    @Test(arguments: [RecordingOrder.forward, .auto, .reverse])
    func `a truncated file gives its whole lines and then a fault`(order: RecordingOrder) throws {
        var generator = SplitMix(seed: 7)
        let content = (0..<20_000).map { "{\"t\":\($0),\"text\":\"\(generator.next())\"}\n" }.joined()
        _ = try archive("a.gz", .raw, .gzip, ["data": content])
        let bytes = try folder.bytes(of: "a.gz")
        let path = folder.file("cut.gz", bytes[..<(bytes.count / 2)])
        let (blocks, fault) = try reading(order).blocksUpToFault(path)
        let got = blocks.text.split(separator: "\n").map { String($0) }
        let lines = content.split(separator: "\n").map { String($0) }
        #expect(got.count > 5000)
        #expect((order == .reverse ? got.reversed() : got) == Array(lines[..<got.count]))
        #expect(fault?.name == "cut.gz" && fault?.detail == "is damaged or truncated: truncated gzip input")
        #expect(spoolFolder.openDescriptors == 0)
    }

    /// libarchive does not look at the checksum.
    @Test(arguments: [ArchiveWriter.Format.raw, .tar])
    func `a gzip file with a wrong checksum is damaged`(format: ArchiveWriter.Format) throws {
        let path = try archive("a.gz", format, .gzip, ["a.json": lines(0..<50)])
        #expect(try reading().text(path) == lines(0..<50))
        let bytes = try folder.bytes(of: "a.gz")
        for place in [bytes.count - 8, bytes.count - 1] {
            var damaged = bytes
            damaged[place] ^= 1
            let (blocks, fault) = try reading(.forward).blocksUpToFault(folder.file("damaged.gz", damaged))
            #expect(blocks.text == lines(0..<50))
            #expect(fault?.detail == "is damaged: its content has changed, according to its checksum")
        }
    }

    @Test func `a tar may be padded, and another one may follow`() throws {
        let (one, two) = (lines(0..<50), lines(50..<90))
        _ = try archive("a.gz", .tar, .gzip, ["a.json": one])
        let first = try folder.bytes(of: "a.gz")
        #expect(try reading().text(folder.file("padded.gz", first + [UInt8](repeating: 0, count: 70_000))) == one)
        _ = try archive("b.gz", .tar, .gzip, ["b.json": two])
        let second = try folder.bytes(of: "b.gz")
        #expect(try reading().text(folder.file("two.gz", first + second)) == one + two)
    }

    @Test func `each stream of a gzip file has a checksum of its own`() throws {
        _ = try archive("a.gz", .raw, .gzip, ["a.json": lines(0..<50)])
        let stream = try folder.bytes(of: "a.gz")
        #expect(try reading().text(folder.file("twice.gz", stream + stream)) == lines(0..<50) + lines(0..<50))
        #expect(
            try reading().text(folder.file("padded.gz", stream + stream + [0, 0, 0])) == lines(0..<50) + lines(0..<50))
        var damaged = stream
        damaged[stream.count - 5] ^= 1
        let (_, fault) = try reading(.forward).blocksUpToFault(folder.file("damaged.gz", damaged + stream))
        #expect(fault?.detail.hasPrefix("is damaged") == true)
    }

    @Test(arguments: [1, 100, 100_000])
    func `a gzip file that is cut short gives all that can be unpacked`(count: Int) throws {
        var generator = SplitMix(seed: 7)
        let content = (0..<count).map { "{\"t\":\($0),\"text\":\"\(generator.next())\"}\n" }.joined()
        _ = try archive("a.gz", .raw, .gzip, ["data": content + content])
        let bytes = try folder.bytes(of: "a.gz")
        // Only the checksum and the length are missing.
        let (blocks, fault) = try reading(.forward).blocksUpToFault(folder.file("cut.gz", bytes.dropLast(5)))
        #expect(blocks.text == content + content)
        #expect(fault?.detail.hasPrefix("is damaged or truncated: ") == true)
        let (some, _) = try reading(.forward).blocksUpToFault(folder.file("half.gz", bytes.prefix(bytes.count / 2)))
        #expect((content + content).hasPrefix(some.text.dropLast()))
        #expect(count == 1 || some.text.utf8.count > content.utf8.count / 3)
    }

    @Test func `a member with a wrong checksum is a fault after the valid ones`() throws {
        var generator = SplitMix(seed: 7)
        let random = (0..<2000).map { _ in "{\"t\":\(generator.next())}\n" }.joined()
        _ = try archive("good.zip", .zip, ["a.json": lines(0..<100), "b.json": random])
        var bytes = try folder.bytes(of: "good.zip")
        bytes[bytes.count / 2] ^= 0x55
        let (blocks, fault) = try reading().blocksUpToFault(folder.file("bad.zip", bytes))
        #expect(blocks.filter { $0.part == 0 }.text == lines(0..<100))
        #expect(fault?.name == "bad.zip: b.json")
        #expect(fault?.detail.hasPrefix("is damaged or truncated: ") == true)
    }

    @Test func `a reader that has failed returns nothing more`() throws {
        let path = folder.file("cut.gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1])
        #expect(throws: RecordingFault.self) { try reading().blocks(path) }
        let zip = folder.file("cut.zip", Array("PK\u{3}\u{4}".utf8))
        #expect(throws: RecordingFault.self) { try reading().blocks(zip) }
    }

    @Test func `the last time counts if it is within the longest line of the end`() throws {
        let path = try archive(
            "a.gz", .raw, .gzip, ["data": lines([9, 8, 7]) + String(repeating: "none\n", count: 40)])
        #expect(try reading(lineBytes: 300, blockBytes: 16).blocks(path).isReversed)
        #expect(try reading(lineBytes: 100, blockBytes: 16).blocks(path).isReversed == false)
    }

    @Test func `whatever the lines and blocks, a compressed file gives the same result as a plain one`() throws {
        var generator = SplitMix(seed: 20_260_102)
        for _ in 0..<100 {
            let letters: [UInt8] = Array("ab\n\n ".utf8)
            let count = Int.random(in: 1...60, using: &generator)
            let content = (0..<count).compactMap { _ in letters.randomElement(using: &generator) }
            let plain = folder.file("plain", content)
            let packed = try archive("packed", .raw, .gzip, ["data": String(decoding: content, as: UTF8.self)])
            let (line, block) = (Int.random(in: 1...12, using: &generator), Int.random(in: 1...20, using: &generator))
            for order in RecordingOrder.allCases {
                let chosen = reading(order, lineBytes: line, blockBytes: block)
                let (expected, got) = (try chosen.text(plain), try chosen.text(packed))
                #expect(got == expected, "\(content) line \(line) block \(block)")
            }
        }
    }

    @Test func `a file that is not read in reverse is never spooled`() throws {
        let path = try archive("a.gz", .raw, .gzip, ["data": lines(0..<10)])
        var homeless = reading()
        homeless.environment.temporaryFolder = "/nowhere"
        #expect(try homeless.text(path) == lines(0..<10))
        homeless.order = .reverse
        let fault = RecordingFault("a.gz", "cannot create a temporary file in /nowhere: No such file or directory")
        #expect(throws: fault) {
            try homeless.blocks(path)
        }
    }

    @Test(arguments: RecordingOrder.allCases)
    func `the position increases up to the size, and no descriptor is left`(order: RecordingOrder) throws {
        let path = try archive("a.zip", .zip, ["a.json": lines(0..<500), "b.json": lines((0..<500).reversed())])
        let reader = try reading(order).open(path)
        let size = try #require(reader.size)
        var last: UInt64 = 0
        while try reader.next() != nil {
            #expect(reader.position >= last && reader.position <= size)
            last = reader.position
        }
        #expect(reader.position == size && last > 0)
        #expect(folder.openDescriptors == 0 && spoolFolder.openDescriptors == 0 && spoolFolder.names == [])
    }
}

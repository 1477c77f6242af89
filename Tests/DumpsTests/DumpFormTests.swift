import Bytes
import Dumps
import DumpsTesting
import Messages
import TestSupport
import Testing

/// Random messages, printed in every form: what is read is what was printed, or a fault.
@Suite struct DumpFormTests {
    private static let seeds: Range<UInt64> = 0..<2

    @Test(arguments: DumpForm.all.indices, seeds)
    func `a dump among other lines is read as it was printed`(form: Int, seed: UInt64) throws {
        let form = DumpForm.all[form]
        var random = RandomMessage(seed: seed)
        for _ in 0..<10 {
            let bytes = Bool.random(using: &random.generator) ? random.async().bytes : random.sync().bytes
            var lines = form.lines(bytes, at: random.address())
            if form.hasAddresses {
                if !form.hasEnd { lines = random.prefix(lines) }
                lines = random.mix(lines)
            }
            if Bool.random(using: &random.generator) { lines = lines.map(\.withoutTrailingSpaces) }
            let text = (random.noise() + lines + random.noise()).joined(separator: "\n")
            #expect(try found(text).map(\.bytes) == [form.shown(bytes)], "\(form)\n\(text)")
        }
    }

    @Test(arguments: DumpForm.all.indices, seeds)
    func `data of any bytes is read where its form says how`(form: Int, seed: UInt64) throws {
        let form = DumpForm.all[form]
        var random = RandomMessage(seed: seed)
        for _ in 0..<10 {
            let data = random.sync().data.bytes
            // A line of a few bytes could be anything.
            if data.count < 8 || data.allSatisfy({ $0 == 0 }) || form.needsHeader { continue }
            let text = form.lines(data, at: random.address()).joined(separator: "\n")
            let read = try found(text, as: .syncData(.registryEventSync)).map { $0.bytes }
            #expect(read == [form.shown(data)] || read == [nil], "\(form)\n\(text)")
            let shown = try found(text, as: .syncData(.registryEventSync), order: .little).map { $0.bytes }
            #expect(form.groupsBytes || shown == [form.shown(data)], "\(form)\n\(text)")
        }
    }

    @Test(arguments: DumpForm.all.indices, seeds)
    func `a dump without one of its lines is not read as a whole`(form: Int, seed: UInt64) throws {
        let form = DumpForm.all[form]
        guard form.hasAddresses else { return }
        var random = RandomMessage(seed: seed)
        for _ in 0..<10 {
            let bytes = random.async().bytes
            let address = random.address()
            var lines = form.lines(bytes, at: address)
            // Not the first, which shows that this is a message, and not the last.
            let rows = form.rows(bytes, at: address).indices.dropFirst().dropLast()
            guard let lost = rows.map({ form.headings.count + $0 }).randomElement(using: &random.generator) else {
                continue
            }
            lines.remove(at: lost)
            let text = lines.joined(separator: "\n")
            let read = try found(text)
            #expect(read != [] && read.map(\.bytes) != [form.shown(bytes)], "\(form)\n\(text)")
            #expect(read.contains { $0.faultLine != nil || MessageHeader($0.bytes ?? []) == nil }, "\(form)\n\(text)")
        }
    }

    @Test(arguments: DumpForm.all.indices, seeds)
    func `a dump with a wrong character is never read as another message`(form: Int, seed: UInt64) throws {
        let form = DumpForm.all[form]
        var random = RandomMessage(seed: seed)
        for _ in 0..<40 {
            let bytes = random.sync().bytes
            var lines = form.lines(bytes, at: random.address())
            guard let index = lines.indices.randomElement(using: &random.generator) else { continue }
            var line = Array(lines[index])
            guard let place = line.indices.randomElement(using: &random.generator), line[place] != "\\" else {
                continue
            }
            // In base64, in a string, and in a number without leading zeros, other characters are other bytes.
            let isString = !form.hasAddresses && (line.contains("'") || line.contains("\""))
            let isLoose = ["base64", "gdb's print", "xxd -i"].contains(form.description)
            let wrong: [Character] = isLoose ? ["?", "~"] : ["g", " ", "?", "-", ":", "x", "`"]
            line[place] = wrong.randomElement(using: &random.generator) ?? "g"
            lines[index] = String(line)
            let text = lines.joined(separator: "\n")
            for dump in try found(text) {
                guard let read = dump.bytes, MessageHeader(read) != nil, !isString else { continue }
                // If the size is damaged, the zeros that complete the last word are taken for data.
                #expect(
                    (bytes + [UInt8](repeating: 0, count: 7)).starts(with: read), "\(form), line \(index + 1)\n\(text)")
            }
        }
    }
}

extension DumpForm {
    /// Whether its words are groups of bytes, and not little-endian numbers.
    fileprivate var groupsBytes: Bool {
        ["xxd", "xxd -c 20 -g 4", "radare2 px", "bytes with hyphens", "xxd -p"].contains(description)
    }
}

extension String {
    fileprivate var withoutTrailingSpaces: String {
        var text = self[...]
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }
}

extension RandomMessage {
    fileprivate mutating func address() -> UInt64 {
        0xFFFF_8000_0000_0000 | UInt64.random(in: 0..<1 << 40, using: &generator) << 4
    }

    /// Lines of logs that are not part of a dump, although some of them look like it.
    fileprivate mutating func noise() -> [String] {
        let lines = [
            "", "Breakpoint 0 hit", "0: kd> g", "add", "dead beef cafe", "We add dead beef at the cafe.", "```", "---",
            "* item",
            "rax=0000000000000000 rbx=ffff800011112000 rcx=ffff800011112000",
            "cs=0010  ss=0018  ds=002b             efl=00000246",
            "iopl=0         nv up ei pl zr na po nc", "fffff803`22221000 4053            push    rbx",
            "00 ffff8000`11112000 fffff803`22221000 nt!Foo+0x1", "01 ffff8000`11112080 fffff803`22222000 nt!Bar+0x2",
            "ffff8000`11112000 fffff803`22221000     : 00000000`00000001 00000000`00000002 : nt!Foo+0x1",
            "12:00:01.123 INFO decode: 5 messages", "#0  0x00007ffff7dfc24a in ?? () from /lib/libc.so.6",
            "   0x555555555129 <main>:\tpush   %rbp", "    1137:\t5d                   \tpop    %rbp", "2026-11-29",
            "Evaluate expression: -140737201201152 = ffff8000`11112000", "Cannot access memory at address 0x0",
            "C:\\temp\\a.txt",
            "00000000`00000000  ????????`????????",
        ]
        return (0..<Int.random(in: 0...3, using: &generator)).map { _ in lines.randomElement(using: &generator) ?? "" }
    }

    /// `lines` with others in between.
    fileprivate mutating func mix(_ lines: [String]) -> [String] {
        guard Bool.random(using: &generator) else { return lines }
        return lines.flatMap { [$0] + noise() }
    }

    /// `lines` with a prompt, times or marks in front.
    fileprivate mutating func prefix(_ lines: [String]) -> [String] {
        let prefixes = [
            "", "", "> ", "  ", "+", "12:00:01.123 ", "2026-11-29T12:00:01Z ", "[  612.004411] buffer: ", "1: kd> ",
        ]
        let prefix = prefixes.randomElement(using: &generator) ?? ""
        return lines.map { prefix + $0 }
    }
}

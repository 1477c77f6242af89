import Bytes
import Dumps
import DumpsTesting
import FuzzFinding
import Messages

/// Any text is searched for dumps, and none has no bytes or too many. A message that is printed between two copies of the text
/// is found there, whatever the text is.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDumps(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = UnsafeBufferPointer(start: start, count: count)
    guard let choice = input.first else { return 0 }
    let content = Array(input.dropFirst())
    guard let text = DumpText(content) else { return 0 }
    check(text, as: .detect, nil)
    check(text, as: .syncReply, nil)
    check(text, as: .syncReply, .little)
    // A byte order mark would make UTF-16 of the message, too.
    if content.starts(with: [0xFE, 0xFF]) || content.starts(with: [0xFF, 0xFE]) { return 0 }
    checkMessage(in: content, as: DumpForm.all[Int(choice) % DumpForm.all.count])
    return 0
}

private func check(_ text: DumpText, as form: Dissection.Form, _ order: ByteOrder?) {
    guard let dumps = try? Dump.all(in: text, as: form, order: order) else { return }
    var (line, count) = (1, 0)
    for case .success(let dump) in dumps {
        expect(!dump.bytes.isEmpty, "a dump without bytes")
        expect(dump.line >= line, "a dump before the one before it")
        line = dump.line
        count += dump.bytes.count
    }
    // Those with addresses and those without are counted apart.
    expect(count <= 2 * Dump.maxBytes, "more bytes than are read")
}

private func checkMessage(in content: [UInt8], as form: DumpForm) {
    // An address that no text leads to by chance.
    let place = content.reduce(0x5555_5555 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
    let dump = form.lines(message, at: 0xFFFF_8000_0000_0000 | place & 0xFF_FFFF << 16)
    let lines = ["", "0: kd> db"] + dump + ["0: kd> g", ""]
    guard let text = DumpText(content + Array(lines.joined(separator: "\n").utf8) + content),
        let dumps = try? Dump.all(in: text)
    else { return }
    let bytes = dumps.compactMap { try? $0.get().bytes }
    expect(bytes.contains(form.shown(message)), "\(form): the message is not found")
}

private let message = SyncMessage(
    ioPriority: MpIoPriority(),
    currentProcess: AuxPidCreationTime(processId: 100, creationTime: FileTime(ticks: 0x01D5_C036_6905_0000)),
    data: .newThreadAndCmdLine(commandLine: "beef add 0123", currentCommandLine: "")
).bytes

import ArgumentParser
import Bytes
import Console
import DriverJSON
import Dumps
import Glibc
import JSON
import Logging
import Messages

/// `wdfilterd decode`.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Explain messages byte by byte, from a file or the dumps in a debugger's log.",
        discussion: """
            FILE contains the bytes, or a text with dumps of them, such as a debugger's log: lines that are not part of a dump \
            are skipped, and each dump is a message. Dumps are those of WinDbg, gdb, lldb, x64dbg, radare2, xxd, od, hexdump, \
            HxD, Format-Hex and Wireshark, plain digits, base64, and literals of C and Python. Without FILE, or with -, \
            standard input is read.

            A ~ before a field means that its position is inferred, a * that it is our decision, a ? that published sources \
            disagree about it, a ! that the driver, or for a reply the engine, would write something else there. Exit code 0 \
            if all dumps are messages, which may be cut off, 2 otherwise; even then they are explained as far as possible.

            Examples:
              wdfilterd decode message.bin
              wdfilterd decode windbg.log
              xclip -o | wdfilterd decode
              curl -s -H 'Accept: application/octet-stream' \\
                localhost:8080/v1/hosts/default/messages/1 | wdfilterd decode
              wdfilterd decode --json message.bin | jq .fields
              wdfilterd decode --as NewThreadSameProcess variable-data.txt
              od -tx4 message.bin | wdfilterd decode --endian little
            """)

    @Argument(help: "The message or its hex dump; - is standard input.", completion: .file())
    var file = "-"

    @Flag(help: "Print one JSON object for each message, one a line.")
    var json = false

    @Option(
        help: """
            What the bytes are: auto, async, sync, sync-reply, create-process-reply, or the name of a synchronous operation \
            for its variable data alone.
            """)
    var `as` = DecodeForm(form: .detect)

    @Option(help: "What FILE contains: auto, binary, or hex = a text with dumps.")
    var input = DecodeInput.Kind.auto

    @Option(
        help: """
            The byte order of words that have no mark of it, such as those of od and hexdump: little or big. By default, the \
            one in which they begin like a message.
            """)
    var endian: ByteOrder?

    @Option(help: "Whether to use colors: auto = on a terminal, unless NO_COLOR is set.")
    var color = ColorChoice.auto

    @OptionGroup var log: LogOptions

    /// Maximum number of faults that are listed.
    private static let maxFaults = 20

    func run() throws {
        let input = try DecodeInput(path: file, kind: input, form: `as`.form, order: endian)
        log.logger("decode").debug("input read", metadata: ["dumps": "\(input.dumps.count)"])
        var faults: [String] = []
        var hasPrinted = false
        for result in input.dumps {
            switch result {
            case .failure(let fault): faults.append("\(input.place(fault.line)): \(fault.detail)")
            case .success(let dump):
                let dissection = Dissection(dump.bytes, as: `as`.form, notes: dump.remarks)
                try print(dissection, of: dump, afterOthers: hasPrinted)
                hasPrinted = true
                guard let fault = dissection.faults.first else { continue }
                faults.append("\(input.place(dump.line)): \(fault.offset.hex()): \(fault.detail)")
            }
        }
        if faults.isEmpty { return }
        let hidden = faults.count - DecodeCommand.maxFaults
        let lines = faults.prefix(DecodeCommand.maxFaults) + (hidden > 0 ? [hidden.faultsNotListed] : [])
        throw CommandFailure(status: .usage, lines: lines.joined(separator: "\n"))
    }

    /// Prints a message, with an empty line between its table and that before it.
    private func print(_ dissection: Dissection, of dump: Dump, afterOthers: Bool) throws(CommandFailure) {
        if json { return try StandardStream.output.deliverLine(dissection.json(of: dump)) }
        let style = TerminalStyle(color, of: .output)
        let table = DissectionTable(dissection, address: dump.address, style: style).text
        try StandardStream.output.deliver((afterOthers ? "\n" : "") + table)
    }
}

/// The form to decode the bytes as, by its name on the command line.
struct DecodeForm: ExpressibleByArgument {
    let form: Dissection.Form

    private static let named: [(name: String, form: Dissection.Form)] =
        [
            ("auto", .detect), ("async", .async), ("sync", .sync), ("sync-reply", .syncReply),
            ("create-process-reply", .createProcessReply),
        ] + SyncOperation.allCases.map { ($0.name, .syncData($0)) }

    init(form: Dissection.Form) { self.form = form }

    init?(argument: String) {
        guard let form = DecodeForm.named.first(where: { $0.name == argument })?.form else { return nil }
        self.form = form
    }

    static var allValueStrings: [String] { named.map(\.name) }
    var defaultValueDescription: String { DecodeForm.named.first { $0.form == form }?.name ?? "" }
}

extension DecodeInput.Kind: ExpressibleByArgument {}

extension Dissection {
    /// The JSON of a dump's message, without a line break.
    func json(of dump: Dump) -> String {
        var json = JSONWriter(reserving: 4096)
        write(to: &json) { json in
            if dump.line > 0 { json.member("line", dump.line) }
            if let address = dump.address { json.member("address", hex: address) }
        }
        return String(decoding: json.bytes, as: UTF8.self)
    }
}

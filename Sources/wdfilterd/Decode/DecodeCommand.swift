import ArgumentParser
import Bytes
import Console
import Glibc
import Logging
import Messages

/// `wdfilterd decode`.
struct DecodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decode",
        abstract: "Explain a message byte by byte, from a file or a debugger's hex dump.",
        discussion: """
            FILE contains the bytes, or a text dump of them: WinDbg's db, dd and dq with addresses and backticks, gdb's x, \
            xxd, hexdump -C, or plain digits. Without FILE, or with -, standard input is read.

            A ~ before a field means that its position is inferred, a * that it is our decision, a ? that published sources \
            disagree about it, a ! that the driver, or for a reply the engine, would write something else there. Exit code 0 \
            if the bytes are a message, which may be cut off, 2 otherwise; even then they are explained as far as possible.

            Examples:
              wdfilterd decode message.bin
              wdfilterd decode windbg.log
              xclip -o | wdfilterd decode
              curl -s -H 'Accept: application/octet-stream' \\
                localhost:8080/v1/hosts/default/messages/1 | wdfilterd decode
              wdfilterd decode --json message.bin | jq .fields
              wdfilterd decode --as NewThreadSameProcess variable-data.txt
            """)

    @Argument(help: "The message or its hex dump; - is standard input.", completion: .file())
    var file = "-"

    @Flag(help: "Print one JSON object.")
    var json = false

    @Option(
        help: """
            What the bytes are: auto, async, sync, sync-reply, create-process-reply, or the name of a synchronous operation \
            for its variable data alone.
            """)
    var `as` = DecodeForm(form: .detect)

    @Option(help: "What FILE contains: auto, binary, or hex = a text dump.")
    var input = DecodeInput.Kind.auto

    @Option(help: "Whether to use colors: auto = on a terminal, unless NO_COLOR is set.")
    var color = ColorChoice.auto

    @OptionGroup var log: LogOptions

    func run() throws {
        let input = try DecodeInput(path: file, kind: input)
        log.logger("decode").debug("input read", metadata: ["bytes": "\(input.bytes.count)"])
        let dissection = Dissection(input.bytes, as: `as`.form)
        if json {
            try StandardStream.output.deliverLine(dissection.json)
        } else {
            let style = TerminalStyle(color, of: .output)
            try StandardStream.output.deliver(
                DissectionTable(dissection, address: input.address, style: style).text)
        }
        guard let fault = dissection.faults.first else { return }
        throw CommandFailure(
            status: .usage, message: "\(input.name): \(fault.offset.hex()): \(fault.detail)")
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

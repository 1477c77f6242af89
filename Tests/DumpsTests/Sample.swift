import Bytes
import Dumps
import Messages
import Testing

/// What is found in a text: for each dump its bytes, or its fault as `line: detail`.
func found(_ text: String, as form: Dissection.Form = .detect, order: ByteOrder? = nil) throws -> [Found] {
    let dumps = try Dump.all(in: try #require(DumpText(text)), as: form, order: order)
    return dumps.map { result in
        do throws(DumpFault) {
            return .dump(try result.get())
        } catch {
            return .fault(error.line, error.detail)
        }
    }
}

/// A dump, or the reason why it cannot be read.
enum Found: Equatable {
    case dump(Dump)
    case fault(Int, String)

    var bytes: [UInt8]? { if case .dump(let dump) = self { dump.bytes } else { nil } }
    var dump: Dump? { if case .dump(let dump) = self { dump } else { nil } }
    var faultLine: Int? { if case .fault(let line, _) = self { line } else { nil } }
}

/// A message with process ids and times in which every digit is easy to recognize.
enum Sample {
    static let message = SyncMessage(
        ioPriority: MpIoPriority(),
        currentProcess: AuxPidCreationTime(processId: 100, creationTime: FileTime(ticks: 0x01D5_C036_6905_0000)),
        data: .newThreadDifferentProcess(
            targetProcess: AuxPidCreationTime(processId: 200, creationTime: FileTime(ticks: 0x01D5_C036_699D_9680))))

    /// The 60 bytes of `message`.
    static let bytes = message.bytes

    /// The first and the last lines of a dump of `message`.
    static let firstLines = """
        ffff8000`11112000  5d 00 30 00 3c 00 00 00-02 00 00 00 08 00 00 00  ].0.<...........
        ffff8000`11112010  05 00 00 00 00 00 00 00-03 00 00 00 64 00 00 00  ............d...
        """
    static let lastLines = """
        ffff8000`11112020  00 00 05 69 36 c0 d5 01-0c 00 00 00 00 00 00 00  ...i6...........
        ffff8000`11112030  c8 00 00 00 80 96 9d 69-36 c0 d5 01              .......i6...
        """

    /// A dump of `message`.
    static let dump = firstLines + "\n" + lastLines

    /// `bytes` as lines of hex digits.
    static func digits(_ bytes: [UInt8]) -> String {
        stride(from: 0, to: bytes.count, by: 16).map { start in
            bytes[start..<min(start + 16, bytes.count)].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(
                separator: " ")
        }.joined(separator: "\n")
    }
}

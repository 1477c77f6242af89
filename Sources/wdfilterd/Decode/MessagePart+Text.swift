import Bytes
import Driver
import Messages

extension MessagePart {
    /// The value as readable text.
    var valueText: String {
        switch value {
        case .number(let number): numberText(number)
        case .signed(let number):
            named(UInt64(bitPattern: number)).map { "\(number) \($0)" } ?? String(number)
        case .hex(let number): number.hex() + (named(number).map { " \($0)" } ?? "")
        case .process(let process): identity(process.processId, process.creationTime)
        case .thread(let thread): identity(thread.threadId, thread.creationTime)
        case .text(let text): text.text.quoted(limit: .max - 1)
        case .bytes(let bytes): bytesText(bytes)
        case .guid(let guid): guid.guid
        case .hashes(let hashes): hashes.map { $0.bytes.hexPairs() }.joined(separator: " ")
        }
    }

    private func numberText(_ number: UInt64) -> String {
        var text = String(number)
        switch field?.kind {
        case .offset where number != 0:
            return "\(number.hex()), so at \((number &+ 8).hex())"
        case .offset: return "0, absent"
        default: if number > 9 { text += " (\(number.hex()))" }
        }
        if field?.member == "processFlagsLowByte", number != 0 {
            text += " " + ProcessFlags(rawValue: UInt32(truncatingIfNeeded: number)).names.joined(separator: " | ")
        }
        return named(number).map { "\(text) \($0)" } ?? text
    }

    private func named(_ number: UInt64) -> String? { field?.valueNames?.describe(number) }

    private func identity(_ id: UInt32, _ time: FileTime) -> String {
        if id == 0, time == .none { return "0, none" }
        return "\(id) (\(id.hex())), " + (time == .none ? "no creation time" : "created \(time.rfc3339)")
    }

    private func bytesText(_ bytes: [UInt8]) -> String {
        if bytes.count > 4, bytes.allSatisfy({ $0 == 0 }) { return "\(bytes.count) zeros" }
        return bytes.prefix(32).hexPairs(separator: " ")
            + (bytes.count > 32 ? " ... (\(bytes.count) bytes)" : "")
    }
}

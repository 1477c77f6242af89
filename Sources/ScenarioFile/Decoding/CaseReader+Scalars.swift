import Bytes
import Driver
import DriverJSON
import JSON
import Messages
import Scenarios

extension CaseReader {
    /// What a scalar of `type` must be; nil after a fault.
    func scalar(_ value: JSONValue, _ type: FieldType) -> Matcher? {
        switch type {
        case .boolean: return value.bool().map { .equals(.bool($0)) }
        case .number(let max): return value.unsigned(in: 0...max).map { .equals(.number($0)) }
        case .signed: return value.integer(in: Int64.min...Int64.max).map { .equals(.signed($0)) }
        case .hex(let max): return value.hexOrUnsigned(max: max).map { .equals(.hex($0)) }
        case .text: return value.string().map { .equals(.text($0)) }
        case .fileName: return value.name().map { .glob(ImageNamePattern($0)) }
        case .choice(let names): return value.choice(of: names).map { .equals(.text($0)) }
        case .status: return status(value).map { .equals(.hex(UInt64($0.rawValue))) }
        case .operation: return operation(value).map { .equals(.text($0.name)) }
        case .processRules: return value.bits(of: ProcessRules.self).map { .equals(.word($0)) }
        case .processFlags: return value.bits(of: ProcessFlags.self).map { .equals(.word($0)) }
        case .streamRules: return value.bits(of: StreamContextRules.self).map { .equals(.word($0)) }
        case .time: return value.time().map { .equals(.time($0)) }
        case .process, .processId: return process(value).map { .process($0) }
        case .thread, .threadId: return processOrThread(value, .thread).map { .thread($0) }
        case .base64: return value.base64(maxCount: AsyncBody.maxDataBytes).map { .equals(.bytes($0)) }
        case .bytePattern: return bytes(value).map { .bytes($0) }
        case .oword, .guid: return sixteenBytes(value, type)
        case .list:
            value.fault("must be a list, or has or lacks, not \(value.shown)")
            return nil
        case .members(let fields):
            value.fault("must be a mapping of \(fields.map(\.name).joined(separator: ", ")), not \(value.shown)")
            return nil
        }
    }

    private func status(_ value: JSONValue) -> NTStatus? {
        guard value.kind == .string, let text = value.string(maxUTF16: 64) else {
            return value.word().map { NTStatus(rawValue: $0) }
        }
        if text.hasPrefix("0x") { return value.word().map { NTStatus(rawValue: $0) } }
        if let line = NTStatus.table.first(where: { $0.term.name == text }) { return line.status }
        let names = NTStatus.table.map(\.term.name)
        value.fault {
            $0 ? "\(text.quoted()) is not a status" + names.hintOrList(for: text) : "\(text.quoted()) is not a status"
        }
        return nil
    }

    private func operation(_ value: JSONValue) -> EngineMessage.Operation? {
        if value.kind == .string {
            guard let name = value.string(maxUTF16: 64) else { return nil }
            if let operation = EngineMessage.Operation(name: name) { return operation }
            value.fault { EngineMessage.Operation.faultOfName(name, isHinted: $0) }
            return nil
        }
        guard let code = value.integer(as: Int32.self) else { return nil }
        let mayBeSync = kindsInReach.contains(.sync)
        let mayBeAsync = !kindsInReach.isDisjoint(with: [.async, .direct])
        let sync = mayBeSync ? SyncOperation(rawValue: code).map { EngineMessage.Operation.sync($0) } : nil
        let async = mayBeAsync ? AsyncOperation(rawValue: code).map { EngineMessage.Operation.async($0) } : nil
        if let sync, let async {
            value.fault("\(code) is \(sync.name) and \(async.name); write the name, or the kind beside it")
            return nil
        }
        if let operation = sync ?? async { return operation }
        let kinds = kindsInReach.count < EngineMessage.Kind.allCases.count ? " of \(kindsInReach.listed) messages" : ""
        value.fault("\(code) is not an operation" + kinds)
        return nil
    }

    private func bytes(_ value: JSONValue) -> [UInt8?]? {
        guard let text = value.string(maxUTF16: 1 << 20) else { return nil }
        let digits = Array(text.utf8.filter { $0 != UInt8(ascii: " ") })
        var bytes: [UInt8?] = []
        for index in stride(from: 0, to: digits.count - 1, by: 2) {
            let pair = String(decoding: digits[index...index + 1], as: UTF8.self)
            guard pair == "??" || UInt8(pair, radix: 16) != nil, !pair.hasPrefix("+") else { break }
            bytes.append(pair == "??" ? nil : UInt8(pair, radix: 16))
        }
        if bytes.count * 2 == digits.count, !bytes.isEmpty { return bytes }
        value.fault("must be bytes in hex, with ?? for any byte, such as \"5d 01 ?? 02\"")
        return nil
    }

    private func sixteenBytes(_ value: JSONValue, _ type: FieldType) -> Matcher? {
        guard let text = value.string(maxUTF16: 64) else { return nil }
        if case .guid = type, let guid = OWord(guid: text) { return .equals(.text(guid.guid)) }
        let digits = text.utf8.count == 2 * OWord.size ? [UInt8](hexPairs: text.utf8) : nil
        if case .oword = type, let bytes = digits ?? Base64.decode(text), bytes.count == OWord.size {
            return .equals(.bytes(bytes))
        }
        value.fault("must be 16 bytes, not \(value.quoted)")
        return nil
    }
}

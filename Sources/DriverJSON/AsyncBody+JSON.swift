import Bytes
public import JSON
public import Messages

extension AsyncBody {
    /// The maximum number of bytes in a field of type bytes; strings are no longer either.
    public static let maxDataBytes = 65_536

    /// Reads the member `data` of a notification of type `operation`; nil after a fault.
    ///
    /// `data` is an object with the members of the type's table; those of types without a layout are bytes, which may also
    /// be given without an object. Without `data`, everything is 0 or absent.
    public init?(_ operation: AsyncOperation, in notification: JSONObject) {
        guard let data = notification["data"] else {
            self.init(operation) { _ in nil }
            return
        }
        if operation.hasLayout {
            guard let values = data.values(of: operation.structure) else { return nil }
            self.init(operation) { values[$0.name] }
        } else {
            guard let bytes = data.rawData() else { return nil }
            self = .raw(bytes)
        }
    }
}

extension JSONValue {
    /// The values of a structure's fields by the driver's names; nil after a fault.
    fileprivate func values(of structure: StructureLayout) -> [String: FieldValue]? {
        guard let members = dictionary(maxCount: 64) else { return nil }
        var values: [String: FieldValue] = [:]
        var given: Set<String> = []
        var isFaultless = true
        for (name, value) in members {
            guard let field = structure.fields.first(where: { $0.member == name || $0.formerMember == name }),
                let member = field.member
            else {
                value.faultUnknownMember(among: structure.fields.compactMap(\.member))
                isFaultless = false
                continue
            }
            if name == field.formerMember { value.recordUse(of: .desktopOperation) }
            if !given.insert(member).inserted {
                value.fault("not allowed beside another name of the same member")
                isFaultless = false
            }
            values[field.name] = value.fieldValue(of: field)
            if values[field.name] == nil { isFaultless = false }
        }
        for field in structure.fields where field.isRequired {
            guard let member = field.member, !given.contains(member) else { continue }
            members.faultMissing(member)
            isFaultless = false
        }
        return isFaultless ? values : nil
    }

    /// The bytes of a message without a layout: `{"data"?}`, or the bytes alone; nil after a fault.
    fileprivate func rawData() -> [UInt8]? {
        if kind == .string {
            recordUse(of: .rawDataText)
            return base64(maxCount: AsyncBody.maxDataBytes)
        }
        guard let object = object(allowing: ["data"]) else { return nil }
        guard let data = object["data"] else { return [] }
        return data.base64(maxCount: AsyncBody.maxDataBytes)
    }

    /// The value of a field of a message; nil after a fault.
    func fieldValue(of field: LayoutField) -> FieldValue? {
        let most = UInt64.max >> UInt64(64 - 8 * min(field.size ?? 8, 8))
        return switch field.kind {
        case .number: unsigned(in: 0...most).map { .number($0) }
        case .flag: unsigned(in: 0...1).map { .number($0) }
        case .hex: hexOrUnsigned(max: most).map { .hex($0) }
        case .signed: integer(in: Int64.min...Int64.max).map { .signed($0) }
        case .process: process().map { .process($0) }
        case .thread: thread().map { .thread($0) }
        case .guid: guid().map { .guid($0) }
        case .oword: oword().map { .bytes($0.bytes) }
        case .text: string().map { .text(UnicodeString($0)) }
        case .data: base64(maxCount: AsyncBody.maxDataBytes).map { .bytes($0) }
        case .hashes: hashes().map { .hashes($0) }
        case .constant, .zero, .length, .count, .offset: nil
        }
    }

    private func guid() -> OWord? {
        guard let text = string(maxUTF16: 64) else { return nil }
        if let guid = OWord(guid: text) { return guid }
        fault("must be a GUID, such as \"9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2\", not \(quoted)")
        return nil
    }

    /// Sixteen bytes: base64, or 32 hex digits.
    private func oword() -> OWord? {
        guard let text = string(maxUTF16: 64) else { return nil }
        let digits = text.utf8.count == 2 * OWord.size ? [UInt8](hexPairs: text.utf8) : nil
        if let oword = OWord(bytes: digits ?? Base64.decode(text) ?? []) { return oword }
        fault("must be 16 bytes, in base64 or as 32 hex digits, not \(quoted)")
        return nil
    }

    private func hashes() -> [OWord]? {
        guard let elements = array(maxCount: AsyncBody.maxDataBytes / OWord.size) else { return nil }
        let hashes = elements.map { $0.oword() }
        return hashes.contains(nil) ? nil : hashes.compactMap { $0 }
    }
}

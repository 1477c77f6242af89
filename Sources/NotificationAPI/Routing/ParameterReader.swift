import Bytes
import Driver
import Messages
import MicroHTTPD

/// Reads the parameters of path and query, and collects all their faults.
struct ParameterReader {
    private let request: RequestContext
    private var nextInPath = 0
    /// The number of parameters of the query, and one bit for each of the first 64 that was asked for.
    private let count: Int
    private var asked: UInt64 = 0
    /// The names that were asked for, if they are listed.
    private var names: [String] = []
    private let listsNames: Bool
    private(set) var faults: [Problem.Fault] = []

    /// - Parameter listsNames: whether `faultUnread` will be called.
    init(_ request: RequestContext, listsNames: Bool = false) {
        self.request = request
        self.listsNames = listsNames
        count = request.head.target.parameterCount
    }

    // MARK: Path, in the order of the template

    /// The next parameter of the path, as text.
    mutating func pathText() -> String {
        defer { nextInPath += 1 }
        return request.pathParameters.values[nextInPath]
    }

    /// The next parameter of the path, a number.
    mutating func pathNumber<Number: FixedWidthInteger>(_ name: String, as type: Number.Type) -> Number {
        decimal(pathText(), name, 0...Number.max) ?? 0
    }

    /// The next parameter of the path, a number that its host counts from 1; 0 if it is too large to be one of them.
    mutating func pathId(_ name: String) -> UInt64 {
        let text = pathText()
        if text.utf8.isDecimal { return UInt64(text) ?? 0 }
        fault(name, "must be a decimal number")
        return 0
    }

    /// The next parameter of the path, a pid.
    mutating func processId() -> UInt32 { pathNumber("pid", as: UInt32.self) }

    /// The next parameter of the path, a tid.
    mutating func threadId() -> UInt32 { pathNumber("tid", as: UInt32.self) }

    // MARK: Query

    mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        value(name).flatMap { decimal($0, name, range) }
    }

    mutating func number<Number: FixedWidthInteger>(_ name: String, as type: Number.Type) -> Number? {
        value(name).flatMap { decimal($0, name, 0...Number.max) }
    }

    mutating func bool(_ name: String) -> Bool? {
        switch value(name) {
        case nil: return nil
        case "true": return true
        case "false": return false
        case let text?:
            fault(name, "must be true or false, not \(text.quoted())")
            return nil
        }
    }

    mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of type: Choice.Type
    ) -> Choice? where Choice.RawValue == String {
        guard let text = value(name) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let names = Choice.allCases.map(\.rawValue)
        fault(name, "must be one of \(names.joined(separator: ", ")), not \(text.quoted())" + names.hint(for: text))
        return nil
    }

    /// Names in a list that commas separate, in any order; empty without the parameter.
    mutating func choices<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of type: Choice.Type
    ) -> [Choice] where Choice.RawValue == String {
        guard let text = value(name) else { return [] }
        let choices = text.split(separator: ",", omittingEmptySubsequences: false).map { Choice(rawValue: String($0)) }
        if !choices.contains(where: { $0 == nil }) { return choices.compactMap { $0 } }
        let all = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        fault(name, "must be a list of \(all), separated by commas, not \(text.quoted())")
        return []
    }

    /// A bit by name, or bits by mask.
    mutating func bits<Word: NamedBits>(_ name: String, of type: Word.Type) -> Word? {
        guard let text = value(name) else { return nil }
        if let bits = Word(text) { return bits }
        if text.hasPrefix("0x") {
            fault(name, "must be the name of a \(Word.noun), or a mask of at most 0xffffffff, not \(text.quoted())")
        } else {
            fault(name, Word.faultOfName(text))
        }
        return nil
    }

    /// A time: RFC 3339 in UTC with up to seven digits, or a hex FILETIME.
    mutating func time(_ name: String) -> FileTime? {
        guard let text = value(name) else { return nil }
        if let time = FileTime(text) { return time }
        let forms = "an RFC 3339 time in UTC, such as 2020-02-21T10:15:30.1234567Z, or a hex FILETIME"
        fault(name, "must be \(forms), not \(text.quoted())")
        return nil
    }

    mutating func string(_ name: String, maxLength: Int = 32_766) -> String? {
        guard let text = value(name) else { return nil }
        if text.utf16.count <= maxLength { return text }
        fault(name, "must have at most \(maxLength) UTF-16 units")
        return nil
    }

    mutating func fault(_ name: String, _ detail: String) {
        faults.append(.parameter(name: name, detail: detail))
    }

    /// Whether all parameters of the query were read.
    var hasReadAll: Bool { count < 64 && asked == 1 << UInt64(count) - 1 }

    /// Reports parameters that were not read as faults. A misspelled one would otherwise have no effect, unnoticed.
    mutating func faultUnread() {
        let unknown = request.head.target.query.filter { !names.contains($0.name) }
        for (index, (name, _)) in unknown.prefix(Self.maxUnknown).enumerated() {
            fault(name, "unknown parameter" + (index < Self.maxHints ? hint(for: name) : ""))
        }
        guard let next = unknown.dropFirst(Self.maxUnknown).first else { return }
        fault(next.name, "is one of \(unknown.count - Self.maxUnknown) more unknown parameters")
    }

    /// The maximum number of unknown parameters reported one by one, so that a request with thousands gets a short answer.
    private static let maxUnknown = 100

    private func hint(for name: String) -> String {
        names.isEmpty ? "; this operation has none" : names.hintOrList(for: name)
    }

    /// The maximum number of unknown parameters for which the nearest name is looked for, which takes some microseconds.
    private static let maxHints = 4

    private mutating func value(_ name: String) -> String? {
        if listsNames { names.append(name) }
        if count == 0 { return nil }
        var found: String?
        var index: UInt64 = 0
        let isUnique = request.head.target.allParametersSatisfy { other, value in
            defer { index += 1 }
            if !other.isEqual(to: name) { return true }
            if found != nil { return false }
            found = String(decoded: value)
            if index < 64 { asked |= 1 << index }
            return true
        }
        if isUnique { return found }
        fault(name, "must not occur more than once")
        return nil
    }

    private mutating func decimal<Number: FixedWidthInteger>(
        _ text: String, _ name: String, _ range: ClosedRange<Number>
    ) -> Number? {
        if text.utf8.isDecimal, let number = Number(text), range.contains(number) { return number }
        let unit = name.hasSuffix("Ms") ? ", in milliseconds" : ""
        let meant = unit.isEmpty ? nil : Milliseconds(text).map { "; write \($0.count)" }
        fault(
            name,
            "must be an integer from \(range.lowerBound) to \(range.upperBound)\(unit), not \(text.quoted())"
                + (meant ?? ""))
        return nil
    }
}

extension Span where Element == UInt8 {
    fileprivate func isEqual(to text: String) -> Bool { isEqual(to: text.utf8.span) }
}

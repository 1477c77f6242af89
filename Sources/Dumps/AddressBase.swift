/// The base of a dump's addresses: hex, unless they are consecutive only in decimal or octal, as od writes them.
struct AddressBase {
    /// The way from a line to the next address.
    struct Step {
        fileprivate let radixes: [DumpAddress.Radix]
        fileprivate let isHex: Bool
        /// How many times the bytes of the line are in between: once, unless lines were left out.
        let copies: Int
        /// The number of bytes that only complete the last word of the dump.
        let padding: Int
    }

    private var radixes = DumpAddress.Radix.allCases
    /// The number of steps that are steps only in octal. hexdump writes lines of 16 bytes, so that one of them can also be
    /// due to a missing line.
    private var octalSteps = 0

    /// Whether the addresses may as well be hex ones, of which one is missing.
    var isUncertain: Bool { radixes == [.octal] && octalSteps < 2 }

    /// The value of `address`.
    func value(of address: DumpAddress) -> UInt64 { address[radixes[0]] ?? address.hex }

    /// The step from `line` to `next`; nil if the addresses are not consecutive.
    ///
    /// - Parameters:
    ///   - mayRepeat: Whether lines like `line` may have been left out.
    ///   - mayEnd: Whether `next` may be the end of the dump, within the last word.
    func step(from line: Reading, to next: DumpAddress, mayRepeat: Bool, mayEnd: Bool = false) -> Step? {
        let steps = DumpAddress.Radix.allCases.compactMap { radix in
            AddressBase.distance(from: line, to: next, radix, mayRepeat, mayEnd).map { (radix, $0) }
        }
        let fitting = steps.filter { radixes.contains($0.0) }
        guard let (_, (copies, padding)) = fitting.first else { return nil }
        let isHex = steps.contains { $0.0 == .hex }
        return Step(radixes: fitting.map(\.0), isHex: isHex, copies: copies, padding: padding)
    }

    private static func distance(
        from line: Reading, to next: DumpAddress, _ radix: DumpAddress.Radix, _ mayRepeat: Bool, _ mayEnd: Bool
    ) -> (copies: Int, padding: Int)? {
        guard let first = line.address?[radix], let next = next[radix] else { return nil }
        let size = UInt64(line.bytes.count)
        // No dump goes on after the end of memory.
        guard next >= first else { return nil }
        let missing = first &+ size &- next
        if missing == 0 || mayEnd && next > first && missing < line.form.size { return (1, Int(missing)) }
        guard mayRepeat, next > first, size > 0, (next - first).isMultiple(of: size) else { return nil }
        return Int(exactly: (next - first) / size).map { ($0, 0) }
    }

    /// Notes that `step` leads from `line` to the next one.
    mutating func take(_ step: Step, from line: Reading) {
        radixes = step.radixes
        if step.isHex { return }
        // hexdump has no other words with addresses of seven digits.
        octalSteps += line.bytes.count == 16 && 3...6 ~= line.form.digits ? 1 : 2
    }
}

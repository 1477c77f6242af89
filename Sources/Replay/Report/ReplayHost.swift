import Bytes

/// The host that a machine's events went to.
public struct ReplayHost: Hashable, Sendable {
    /// Its name.
    public let name: String
    /// Whether the replay created it.
    public let isCreated: Bool

    /// A host.
    public init(name: String, isCreated: Bool) {
        self.name = name
        self.isCreated = isCreated
    }

    /// The name of the host for `machine`: its letters and digits in lower case, `-` for all else, at most 63 characters.
    /// If that name is in `taken`, a number follows; nil if all numbers are taken too.
    public static func name(of machine: String, besides taken: [String]) -> String? {
        let letters = machine.asciiLowercased.unicodeScalars.map { scalar -> Character in
            UInt8(exactly: scalar.value)?.isLetterOrDigit == true ? Character(scalar) : "-"
        }
        let trimmed = letters.drop { $0 == "-" }
        let stem = trimmed.isEmpty ? "machine" : String(trimmed.prefix(63))
        if !taken.contains(stem) { return stem }
        return (2...9999).lazy.map { "\(stem.prefix(58))-\($0)" }.first { !taken.contains($0) }
    }
}

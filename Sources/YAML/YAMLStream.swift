/// The documents of a YAML text, and its faults.
///
/// Some faults leave the rest of a document as it is: a key that occurs twice is there twice, a key that is not a text
/// and a merge key are left out with their values, a tag has no effect. Any other fault ends the reading: its document
/// is missing, and so are those that follow.
public struct YAMLStream: Sendable {
    /// The documents in order.
    public let documents: [YAMLNode]
    /// The faults in order, at most `mostFaults`.
    public let faults: [YAMLFault]
    /// The number of further faults.
    public let unlistedFaults: Int

    /// The maximum number of faults listed.
    public static let mostFaults = 100

    /// How large a text may be once its aliases are replaced. libyaml itself limits nothing.
    public struct Limits: Hashable, Sendable {
        /// The maximum number of values and keys in all documents, where an alias counts as often as what it repeats.
        public var nodes: Int
        /// The maximum number of bytes in all texts and keys, counted alike.
        public var textBytes: Int
        /// The maximum number of lists and mappings that lie in each other. At most 900: libyaml stops at 1,000.
        public var depth: Int
        /// What to do about a text that is too large: appended to that fault.
        public var advice: String

        /// At most `nodes`, `textBytes` and `depth`.
        public init(nodes: Int, textBytes: Int, depth: Int = 64, advice: String = "") {
            self.advice = advice
            self.nodes = nodes
            self.textBytes = textBytes
            self.depth = depth
        }
    }

    /// Whether a text may use what most readers ignore or treat differently.
    public enum Dialect: Sendable {
        /// Tags and directives have no effect, a merge key is a key as any other.
        case lenient
        /// Tags, merge keys, directives other than `%YAML 1.2`, and the line breaks that only YAML 1.1 has are faults.
        case strict
    }

    /// Reads `bytes`, UTF-8 without a byte order mark.
    ///
    /// The time is linear in the size of the text and in the limits.
    public init(_ bytes: [UInt8], limits: Limits, dialect: Dialect) {
        self = bytes.withUnsafeBufferPointer { bytes in
            if let fault = TextCheck.fault(of: bytes, dialect: dialect) {
                return YAMLStream(documents: [], faults: [fault], unlistedFaults: 0)
            }
            var composer = Composer(bytes, limits: limits, dialect: dialect)
            return composer.stream()
        }
    }

    init(documents: [YAMLNode], faults: [YAMLFault], unlistedFaults: Int) {
        self.documents = documents
        self.faults = faults
        self.unlistedFaults = unlistedFaults
    }
}

public import Scenarios

/// A scenario file that was read: its cases, or all of its faults.
public struct ScenarioFile: Sendable {
    /// What applies to all files of a run.
    public struct Options: Sendable {
        /// Values of variables instead of their defaults, as the command line gives them.
        public var variables: [String: String] = [:]
        /// The folder that no path of a scenario may leave; nil for the file's own.
        public var root: String?

        /// The defaults.
        public init() {}
    }

    /// The file, as the user named it.
    public let name: String
    /// The cases of all scenarios, in order; empty if there is a fault.
    public let cases: [CasePlan]
    /// All faults, by line; at most `SourceText.mostFaults`, and one that counts the others.
    public let faults: [SourceFault]
    /// The names of the variables that can be set.
    public let variables: Set<String>

    /// Reads the file `name` with the content `bytes`.
    public init(name: String, bytes: [UInt8], options: Options = Options()) {
        self.name = name
        let (documents, faults) = SourceText(name: name, bytes: bytes).documents()
        var reading = FileReading(name: name, options: options, faults: faults)
        for document in documents { reading.read(document) }
        reading.checkNames()
        self.faults = reading.faults.byLine
        cases = self.faults.isEmpty ? reading.cases : []
        variables = reading.variables
    }
}

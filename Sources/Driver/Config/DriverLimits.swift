/// How much one host keeps. None of it is the driver's: a machine has memory, a service has limits.
public struct DriverLimits: Hashable, Sendable {
    /// Live process contexts.
    public var processes = 100_000
    /// Threads that were created and not deleted.
    public var threads = 1_000_000
    /// Stream contexts.
    public var streamContexts = 65_536
    /// Entries of the loaded-drivers list.
    public var drivers = 65_536
    /// Bytes (UTF-8) of all names and command lines of processes, stream contexts and loaded drivers together.
    public var textBytes = 256 << 20
    /// Bytes of queued messages, whatever their number, at least 1 MiB: more than one event makes.
    public var queueBytes = 64 << 20
    /// More bytes than a message has that an event makes: two texts of 65,532 bytes, and what surrounds them.
    static let largestEventMessage = 160 << 10
    /// Messages in the journal, at least 1.
    public var journalCapacity = 10_000
    /// Bytes of the messages in the journal; the newest is kept whatever its size.
    public var journalBytes = 64 << 20

    /// The defaults.
    public init() {}
}

/// The limits of one host. They are ours, not the driver's: a service, unlike a machine, must limit its memory.
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
    /// Bytes of queued messages, whatever their number. At least 1 MiB, which is more than one event creates.
    public var queueBytes = 64 << 20
    /// No message of an event is larger than this, in bytes: two texts of 65,532 bytes and the rest of the structure.
    static let largestEventMessage = 160 << 10
    /// Messages in the journal, at least 1.
    public var journalCapacity = 10_000
    /// Bytes of the messages in the journal; the newest is kept whatever its size.
    public var journalBytes = 64 << 20
    /// Milliseconds of a bucket of the history, at least 1.
    public var historyBucketMilliseconds = 250
    /// Buckets of the history; 0 for none.
    public var historyBuckets = 2400
    /// Decisions of routines that are kept; 0 for none.
    public var decisions = 2000

    /// The defaults.
    public init() {}

    /// Keeps neither history nor decisions, for drivers that nobody watches.
    public mutating func keepNothingForReaders() { (historyBuckets, decisions) = (0, 0) }
}

/// What a host's driver is configured with.
///
/// Driver: `MP_CONFIG` and the switches of `MP_DATA`. The defaults are decided where the real values are not published
/// (ASY-11).
public struct DriverConfig: Hashable, Sendable {
    /// MP_CONFIG.MaxAsyncNotificationCount: messages that both lists of the queue hold together, 0...1000000.
    public var maxAsyncNotificationCount = 4096
    /// MP_CONFIG.AsyncStarvationLimit: high-priority messages in a row before a normal one goes first, 0...1000000.
    public var asyncStarvationLimit = 8
    /// How long the worker waits for the engine to take a message; for Wow64cpuLoad too.
    public var asyncTimeout = Duration.milliseconds(5000)
    /// MP_DATA.SyncMonitorNotificationTimeout: bounds the wait for the semaphore and, again, the wait for the reply.
    public var syncMonitorNotificationTimeout = Duration.milliseconds(1000)
    /// MaxProcessCreationMessageTimeout: how long a creation waits for the engine. 5 s is the driver's own value.
    public var maxProcessCreationMessageTimeout = Duration.milliseconds(5000)
    /// MP_DATA.SyncMonitorNotificationFlag: off, synchronous notifications are neither sent nor counted (SYN-2).
    public var syncMonitorNotificationFlag = true
    /// MP_DATA.SendSyncNotificationFlag: off, they fail before they are sent (SYN-4).
    public var sendSyncNotificationFlag = true
    /// Limit of MP_DATA.SendingSyncSemaphore: synchronous messages under way at once, 1...65535.
    public var sendingSyncSemaphoreLimit = 16
    /// Whether the machine has PsSetCreateThreadNotifyRoutineEx, as Windows 10 does (PRC-1).
    public var createThreadNotifyRoutineEx = true

    /// The defaults.
    public init() {}
}

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

/// What the driver of a new host is configured with. Group `driver`; the members of a host's `/config`.
///
/// Driver: `MP_CONFIG`. The defaults are decided, the real ones are not published (ASY-11).
public struct DriverSettings: Hashable, Sendable {
    /// Most messages in the async queue, 0...1000000.
    public var maxAsyncNotificationCount = 4096
    /// After how many messages of high priority one of the other list is taken, 0...1000000.
    public var asyncStarvationLimit = 8
    /// How long the engine may take over an async message, in milliseconds, 1...60000.
    public var asyncTimeoutMs = 5000
    /// How long the engine may take over a sync message, in milliseconds, 1...60000.
    public var syncMonitorNotificationTimeoutMs = 1000
    /// How long the engine may take over CreateProcess, in milliseconds, 1...60000.
    public var maxProcessCreationMessageTimeoutMs = 5000
    /// Whether sync messages are made at all.
    public var syncMonitorNotificationFlag = true
    /// Whether sync messages are sent.
    public var sendSyncNotificationFlag = true
    /// Most sync messages on their way at a time, 1...65535.
    public var sendingSyncSemaphoreLimit = 16
    /// Whether `MpCreateThreadNotifyRoutineEx` is registered.
    public var createThreadNotifyRoutineEx = true

    /// The defaults.
    public init() {}

    mutating func read(from reader: inout SettingsReader) {
        reader.integer("driver.maxAsyncNotificationCount", 0...1_000_000, &maxAsyncNotificationCount)
        reader.integer("driver.asyncStarvationLimit", 0...1_000_000, &asyncStarvationLimit)
        reader.integer("driver.asyncTimeoutMs", 1...60_000, &asyncTimeoutMs)
        reader.integer("driver.syncMonitorNotificationTimeoutMs", 1...60_000, &syncMonitorNotificationTimeoutMs)
        reader.integer("driver.maxProcessCreationMessageTimeoutMs", 1...60_000, &maxProcessCreationMessageTimeoutMs)
        reader.flag("driver.syncMonitorNotificationFlag", &syncMonitorNotificationFlag)
        reader.flag("driver.sendSyncNotificationFlag", &sendSyncNotificationFlag)
        reader.integer("driver.sendingSyncSemaphoreLimit", 1...65_535, &sendingSyncSemaphoreLimit)
        reader.flag("driver.createThreadNotifyRoutineEx", &createThreadNotifyRoutineEx)
    }
}

import Messages

/// The configuration of a host's driver.
///
/// Driver: `MP_CONFIG` and the switches of `MP_DATA`. `table` explains each setting.
public struct DriverConfig: Hashable, Sendable {
    package var maxAsyncNotificationCount = 4096
    package var asyncStarvationLimit = 8
    package var asyncTimeout = Duration.milliseconds(5000)
    package var syncMonitorNotificationTimeout = Duration.milliseconds(1000)
    package var maxProcessCreationMessageTimeout = Duration.milliseconds(5000)
    package var syncMonitorNotificationFlag = true
    package var sendSyncNotificationFlag = true
    package var sendingSyncSemaphoreLimit = 16
    package var createThreadNotifyRoutineEx = true
    package var createThreadImageFileName = ImageFileNameSource.creator

    /// The process whose image name a CreateThread carries (THR-4).
    package enum ImageFileNameSource: String, CaseIterable, Sendable {
        case creator, target
    }

    /// The defaults.
    public init() {}

    /// The table of settings, in the order of `/config`.
    public static let table = [
        DriverSetting(
            "maxAsyncNotificationCount", driverName: "MP_CONFIG.MaxAsyncNotificationCount", unpublished,
            "messages that both lists of the queue hold together", rules: ["ASY-3"],
            .count(0...1_000_000, unit: "messages", \.maxAsyncNotificationCount)),
        DriverSetting(
            "asyncStarvationLimit", driverName: "MP_CONFIG.AsyncStarvationLimit", unpublished,
            "messages of high priority that are taken in a row while one of the other list waits", rules: ["ASY-6"],
            .count(0...1_000_000, unit: "messages", \.asyncStarvationLimit)),
        DriverSetting(
            "asyncTimeoutMs", driverName: nil, .decided("the driver's timeout is not published"),
            "time for the engine to take a queued message, or a Wow64cpuLoad", rules: ["ASY-7"],
            .milliseconds(1...60_000, \.asyncTimeout)),
        DriverSetting(
            "syncMonitorNotificationTimeoutMs", driverName: "MP_DATA.SyncMonitorNotificationTimeout", unpublished,
            "bounds the wait for the semaphore and, again, the wait for the engine's reply", rules: ["SYN-4", "SYN-5"],
            .milliseconds(1...60_000, \.syncMonitorNotificationTimeout)),
        DriverSetting(
            "maxProcessCreationMessageTimeoutMs", driverName: "MaxProcessCreationMessageTimeout", .known("part 1"),
            "time for the engine to answer a CreateProcess", rules: ["PRC-2"],
            .milliseconds(1...60_000, \.maxProcessCreationMessageTimeout)),
        DriverSetting(
            "syncMonitorNotificationFlag", driverName: "MP_DATA.SyncMonitorNotificationFlag", .known("part 2"),
            "if off, synchronous notifications are not sent or counted", rules: ["SYN-2"],
            .flag(\.syncMonitorNotificationFlag)),
        DriverSetting(
            "sendSyncNotificationFlag", driverName: "MP_DATA.SendSyncNotificationFlag", .known("part 2"),
            "if off, synchronous notifications fail before they are sent", rules: ["SYN-4"],
            .flag(\.sendSyncNotificationFlag)),
        DriverSetting(
            "sendingSyncSemaphoreLimit", driverName: "MP_DATA.SendingSyncSemaphore", unpublished,
            "synchronous messages that are being sent at once", rules: ["SYN-4"],
            .count(1...65_535, unit: "messages", \.sendingSyncSemaphoreLimit)),
        DriverSetting(
            "createThreadNotifyRoutineEx", driverName: "MP_DATA.PsSetCreateThreadNotifyRoutineEx",
            .known("part 2; that it is a setting is decided"),
            "Windows has the function PsSetCreateThreadNotifyRoutineEx, as Windows 10 does", rules: ["PRC-1", "TEX"],
            .flag(\.createThreadNotifyRoutineEx)),
        DriverSetting(
            "createThreadImageFileName", driverName: nil,
            .disputed("part 2: its text says the creator's, its only dump shows the target's"),
            "the process whose image name a CreateThread carries, the creator of the thread or the one it runs in",
            rules: ["THR-4", "COR-1"], .choice(\.createThreadImageFileName)),
    ]

    /// The provenance of a setting whose name is published but whose default is not (ASY-11).
    private static let unpublished = Provenance.known("part 2; its default is decided")
}

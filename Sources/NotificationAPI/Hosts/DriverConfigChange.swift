import Driver
import DriverJSON
import JSON

/// A change of a driver's configuration: what is nil stays.
struct DriverConfigChange: Hashable, Sendable {
    var maxAsyncNotificationCount: Int?
    var asyncStarvationLimit: Int?
    var asyncTimeoutMs: Int?
    var syncMonitorNotificationTimeoutMs: Int?
    var maxProcessCreationMessageTimeoutMs: Int?
    var syncMonitorNotificationFlag: Bool?
    var sendSyncNotificationFlag: Bool?
    var sendingSyncSemaphoreLimit: Int?
    var createThreadNotifyRoutineEx: Bool?

    static let members: [StaticString] = [
        "maxAsyncNotificationCount", "asyncStarvationLimit", "asyncTimeoutMs", "syncMonitorNotificationTimeoutMs",
        "maxProcessCreationMessageTimeoutMs", "syncMonitorNotificationFlag", "sendSyncNotificationFlag",
        "sendingSyncSemaphoreLimit", "createThreadNotifyRoutineEx",
    ]

    init() {}

    /// A change of everything to what `config` says.
    init(to config: DriverConfig) {
        maxAsyncNotificationCount = config.maxAsyncNotificationCount
        asyncStarvationLimit = config.asyncStarvationLimit
        asyncTimeoutMs = Int(config.asyncTimeout.milliseconds)
        syncMonitorNotificationTimeoutMs = Int(config.syncMonitorNotificationTimeout.milliseconds)
        maxProcessCreationMessageTimeoutMs = Int(config.maxProcessCreationMessageTimeout.milliseconds)
        syncMonitorNotificationFlag = config.syncMonitorNotificationFlag
        sendSyncNotificationFlag = config.sendSyncNotificationFlag
        sendingSyncSemaphoreLimit = config.sendingSyncSemaphoreLimit
        createThreadNotifyRoutineEx = config.createThreadNotifyRoutineEx
    }

    init(_ object: JSONObject) {
        maxAsyncNotificationCount = object.optional("maxAsyncNotificationCount") { $0.int(in: 0...1_000_000) }
        asyncStarvationLimit = object.optional("asyncStarvationLimit") { $0.int(in: 0...1_000_000) }
        asyncTimeoutMs = object.optional("asyncTimeoutMs") { $0.int(in: 1...60_000) }
        syncMonitorNotificationTimeoutMs = object.optional("syncMonitorNotificationTimeoutMs") {
            $0.int(in: 1...60_000)
        }
        maxProcessCreationMessageTimeoutMs = object.optional("maxProcessCreationMessageTimeoutMs") {
            $0.int(in: 1...60_000)
        }
        syncMonitorNotificationFlag = object.optional("syncMonitorNotificationFlag") { $0.bool() }
        sendSyncNotificationFlag = object.optional("sendSyncNotificationFlag") { $0.bool() }
        sendingSyncSemaphoreLimit = object.optional("sendingSyncSemaphoreLimit") { $0.int(in: 1...65_535) }
        createThreadNotifyRoutineEx = object.optional("createThreadNotifyRoutineEx") { $0.bool() }
    }

    func apply(to config: inout DriverConfig) {
        if let maxAsyncNotificationCount { config.maxAsyncNotificationCount = maxAsyncNotificationCount }
        if let asyncStarvationLimit { config.asyncStarvationLimit = asyncStarvationLimit }
        if let asyncTimeoutMs { config.asyncTimeout = .milliseconds(asyncTimeoutMs) }
        if let milliseconds = syncMonitorNotificationTimeoutMs {
            config.syncMonitorNotificationTimeout = .milliseconds(milliseconds)
        }
        if let milliseconds = maxProcessCreationMessageTimeoutMs {
            config.maxProcessCreationMessageTimeout = .milliseconds(milliseconds)
        }
        if let syncMonitorNotificationFlag { config.syncMonitorNotificationFlag = syncMonitorNotificationFlag }
        if let sendSyncNotificationFlag { config.sendSyncNotificationFlag = sendSyncNotificationFlag }
        if let sendingSyncSemaphoreLimit { config.sendingSyncSemaphoreLimit = sendingSyncSemaphoreLimit }
        if let createThreadNotifyRoutineEx { config.createThreadNotifyRoutineEx = createThreadNotifyRoutineEx }
    }
}

extension DriverConfig {
    func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("maxAsyncNotificationCount", maxAsyncNotificationCount)
            json.member("asyncStarvationLimit", asyncStarvationLimit)
            json.member("asyncTimeoutMs", asyncTimeout.milliseconds)
            json.member("syncMonitorNotificationTimeoutMs", syncMonitorNotificationTimeout.milliseconds)
            json.member("maxProcessCreationMessageTimeoutMs", maxProcessCreationMessageTimeout.milliseconds)
            json.member("syncMonitorNotificationFlag", syncMonitorNotificationFlag)
            json.member("sendSyncNotificationFlag", sendSyncNotificationFlag)
            json.member("sendingSyncSemaphoreLimit", sendingSyncSemaphoreLimit)
            json.member("createThreadNotifyRoutineEx", createThreadNotifyRoutineEx)
        }
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}

extension JSONValue {
    func int(in range: ClosedRange<Int64>) -> Int? { integer(in: range).map(Int.init) }
}

public import JSON

extension DeprecatedName {
    /// All deprecated names: the table. `docs/compatibility.md` lists them too, which a test checks.
    public static let all: [DeprecatedName] = [.targetProcessId, .startAddress, .desktopOperation, .rawDataText]

    static let targetProcessId = DeprecatedName(
        "notifications/sync data.targetProcessId", replacement: "data.targetProcess", since: "0.2.0")
    static let startAddress = DeprecatedName(
        "notifications/sync data.startAddress", replacement: "data.threadStartAddress", since: "0.2.0")
    static let desktopOperation = DeprecatedName(
        "notifications/async data.operation", replacement: "data.handleOperation", since: "0.2.0")
    static let rawDataText = DeprecatedName(
        "notifications/async data as a string", replacement: "data.data", since: "0.2.0")
}

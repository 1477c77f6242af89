public import Driver
public import JSON

extension ImageLoad {
    /// The members of an image load; the process is named elsewhere.
    public static let members: [StaticString] = [
        "fullImageName", "imageBase", "imageSize", "systemModeImage", "extendedInfoPresent", "threadId",
    ]

    /// The members of a kernel image load (`POST /drivers`).
    public static let driverMembers: [StaticString] = ["fullImageName", "imageBase", "imageSize"]

    /// Reads a load by process `processId`; nil after a fault.
    public init?(_ object: JSONObject, processId: UInt32) {
        let name = object.required("fullImageName") { $0.name() }
        self.init(processId: processId, fullImageName: name ?? "")
        imageBase = object.optional("imageBase") { $0.address() } ?? 0
        imageSize = object.optional("imageSize") { $0.address() } ?? 0
        systemModeImage = object.optional("systemModeImage") { $0.bool() } ?? false
        extendedInfoPresent = object.optional("extendedInfoPresent") { $0.bool() } ?? true
        threadId = object.optional("threadId") { $0.id() } ?? 0
        if name == nil { return nil }
    }
}

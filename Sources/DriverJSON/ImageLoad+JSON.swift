public import Driver
public import JSON
import Messages

extension ImageLoad: JSONObjectReadable {
    /// The members of an image load.
    public static let members: [StaticString] = [
        "fullImageName", "imageBase", "imageSize", "systemModeImage", "extendedInfoPresent", "threadId",
    ]

    /// Reads a load; nil after a fault. Its `processId` is 0, because the process is named elsewhere.
    public init?(_ object: JSONObject) {
        let name = object.required("fullImageName") { $0.name() }
        self.init(processId: 0, fullImageName: UnicodeString(name ?? ""))
        imageBase = object.optional("imageBase") { $0.address() } ?? 0
        imageSize = object.optional("imageSize") { $0.address() } ?? 0
        systemModeImage = object.optional("systemModeImage") { $0.bool() } ?? false
        extendedInfoPresent = object.optional("extendedInfoPresent") { $0.bool() } ?? true
        threadId = object.optional("threadId") { $0.id() } ?? 0
        if name == nil { return nil }
    }
}

/// The load of a kernel image.
public struct DriverLoad: JSONObjectReadable, Hashable, Sendable {
    /// The load, with SystemModeImage.
    public let imageLoad: ImageLoad

    /// The members of a driver's load.
    public static let members: [StaticString] = ["fullImageName", "imageBase", "imageSize"]

    /// Reads a driver's load; nil after a fault.
    public init?(_ object: JSONObject) {
        guard var load = ImageLoad(object) else { return nil }
        load.systemModeImage = true
        imageLoad = load
    }
}

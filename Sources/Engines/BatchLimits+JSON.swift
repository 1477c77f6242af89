import Bytes
public import Driver
import DriverJSON
public import JSON

extension BatchLimits: JSONObjectReadable {
    /// The members of `batch`.
    public static let members: [StaticString] = ["maxMessages", "maxDelayMs"]

    /// Reads the limits; members that are missing have their defaults.
    public init(_ object: JSONObject) {
        self.init(
            maxMessages: object.optional("maxMessages") { $0.int(in: BatchLimits.messageCounts) },
            maxDelay: object.optional("maxDelayMs") { $0.milliseconds(in: BatchLimits.delayMilliseconds) }
                .map { .milliseconds($0) })
    }

    /// Writes the member `batch`, and that the driver is different.
    func writeMember(to json: inout JSONWriter) {
        json.member("batch") { json in
            json.object { json in
                json.member("maxMessages", maxMessages)
                json.member("maxDelayMs", maxDelay.milliseconds)
                json.member("deviation", "the driver sends each async message alone" as StaticString)
            }
        }
    }
}

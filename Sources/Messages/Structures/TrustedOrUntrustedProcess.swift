/// What TrustedOrUntrustedProcess tells.
///
/// Driver: `TrustedOrUntrustedProcessMessage`.
public struct TrustedOrUntrustedProcess: Hashable, Sendable {
    /// Not 0 when the process became untrusted.
    public var untrustedFlag: UInt8
    /// The name of its image, at most `maxNameUnits` UTF-16 units.
    public var imageFileName: String

    /// Most UTF-16 units of the name.
    public static let maxNameUnits = 15

    /// The process whose image is called `imageFileName`.
    public init(untrustedFlag: UInt8 = 0, imageFileName: String = "") {
        self.untrustedFlag = untrustedFlag
        self.imageFileName = imageFileName
    }
}

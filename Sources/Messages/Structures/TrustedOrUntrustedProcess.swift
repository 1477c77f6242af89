/// The content of a TrustedOrUntrustedProcess.
///
/// Driver: `TrustedOrUntrustedProcessMessage`.
public struct TrustedOrUntrustedProcess: Hashable, Sendable {
    /// Not 0 if the process became untrusted.
    public var untrustedFlag: UInt8
    /// The name of its image, of any length (COR-3).
    public var imageFileName: UnicodeString

    /// A message about a process with the image `imageFileName`.
    public init(untrustedFlag: UInt8 = 0, imageFileName: UnicodeString = "") {
        self.untrustedFlag = untrustedFlag
        self.imageFileName = imageFileName
    }
}

extension TrustedOrUntrustedProcess {
    static let layout = Layout<Self>(
        "TrustedOrUntrustedProcess", .known("the header; no dump"), empty: TrustedOrUntrustedProcess(),
        [
            .u8(0x20, "UntrustedFlag", \.untrustedFlag).required,
            .zero(0x21, 1),
            .text("ImageFileName", \.imageFileName, at: 0x22).required
                .from(
                    .inferred(
                        "the header's 15 characters are where a name begins, as in ThreadNotify, whose dump is longer")),
        ])
}

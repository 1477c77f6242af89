/// The content of a CheckJournal: a control code that concerns the change journal of a volume.
///
/// Driver: `CheckJournalMessage`.
public struct CheckJournal: Hashable, Sendable {
    /// The FSCTL.
    public var fsControlCode: UInt32
    /// The volume.
    public var volumeGuid: OWord

    /// The control code `fsControlCode` on the volume `volumeGuid`.
    public init(fsControlCode: UInt32 = 0, volumeGuid: OWord = .zero) {
        self.fsControlCode = fsControlCode
        self.volumeGuid = volumeGuid
    }
}

extension CheckJournal {
    static let layout = Layout<Self>(
        "CheckJournal", .known("the header; no dump"), empty: CheckJournal(),
        [
            .hex32(0x20, "FsControlCode", \.fsControlCode).required,
            .guid(0x24, "VolumeGuid", \.volumeGuid).required,
        ])
}

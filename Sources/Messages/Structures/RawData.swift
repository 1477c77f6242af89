/// Bytes for a type without a published layout.
struct RawData: Sendable {
    var data: [UInt8]

    static let layout = Layout<Self>(
        "raw data", .decided("no layout is published; the bytes are the caller's"), empty: RawData(data: []),
        [.data("Data", \.data, at: 0x20)])
}

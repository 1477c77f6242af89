public import MicroHTTPD

extension Response {
    /// The body if it is complete; nil for one that is produced while it is sent.
    public var wholeBody: [UInt8]? {
        switch body {
        case .bytes(let bytes): bytes
        case .constant(let constant): Array(constant.bytes)
        case .stream: nil
        }
    }
}

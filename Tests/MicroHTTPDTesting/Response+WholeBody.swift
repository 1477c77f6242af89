public import MicroHTTPD

extension Response {
    /// The body as far as it is there already; nil for one that is made while it is sent.
    public var wholeBody: [UInt8]? {
        switch body {
        case .bytes(let bytes): bytes
        case .constant(let constant): Array(constant.bytes)
        case .stream: nil
        }
    }
}

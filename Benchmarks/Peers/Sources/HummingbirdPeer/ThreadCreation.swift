import Hummingbird

/// The body of the request.
struct ThreadCreation: Decodable {
    let startAddress: Address
}

/// A hexadecimal number with a prefix: `0x7ffbda8844f0`.
struct Address: Decodable {
    let value: UInt64

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard text.hasPrefix("0x"), let value = UInt64(text.dropFirst(2), radix: 16) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "\(text) is not an address")
        }
        self.value = value
    }
}

/// The answer.
struct CreatedThread: ResponseEncodable {
    let thread: Thread
    let routines: [Routine]

    struct Thread: Encodable {
        let threadId: Int
        let creationTime: String
        let processId: Int
    }

    struct Routine: Encodable {
        let routine: String
        let notified: Bool
        let messages: [String]
    }
}

/// The channels whose records are not read, each with a number.
///
/// The first 100 get one; later ones are not distinguished.
struct ChannelNames: Sendable {
    static let limit = 100
    private static let maxBytes = 255

    /// By number.
    private(set) var names: [String] = []
    private var numbers: [String: Int] = [:]

    /// The number of a channel; nil above the limit, and for one without a name.
    mutating func number(of channel: String?) -> Int? {
        guard let channel, channel.utf8.count <= Self.maxBytes else { return nil }
        if let number = numbers[channel] { return number }
        guard names.count < Self.limit else { return nil }
        names.append(channel)
        numbers[channel] = names.count - 1
        return names.count - 1
    }
}

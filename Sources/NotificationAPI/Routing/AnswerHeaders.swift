import MicroHTTPD

/// The headers of answers.
enum AnswerHeaders {
    typealias Header = (name: String, value: String)

    /// Stops browsers from guessing a type other than Content-Type (UI-3).
    private static let noSniff: Header = (name: "X-Content-Type-Options", value: "nosniff")

    /// The headers for a body of `type`, nil for an answer without a body. `identification` identifies the request.
    static func list(_ type: MediaType?, _ identification: Header?, _ further: Header? = nil) -> [Header] {
        var list: [Header] = []
        list.reserveCapacity(4)
        list.append(noSniff)
        if let type { list.append((name: "Content-Type", value: type.rawValue)) }
        if let identification { list.append(identification) }
        if let further { list.append(further) }
        return list
    }
}

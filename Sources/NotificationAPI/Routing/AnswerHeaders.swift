import MicroHTTPD

/// The headers of an answer: those that all have in common, and those of its own.
enum AnswerHeaders {
    typealias Header = (name: String, value: String)

    /// A browser is to take no answer for something else than its type says (UI-3).
    private static let noSniff: Header = (name: "X-Content-Type-Options", value: "nosniff")

    /// Headers for a body of `type`, nil for an answer without one; `identification` says which request is answered.
    static func list(_ type: MediaType?, _ identification: Header?, _ further: Header?...) -> [Header] {
        var list = [noSniff]
        if let type { list.append((name: "Content-Type", value: type.rawValue)) }
        if let identification { list.append(identification) }
        for case let header? in further { list.append(header) }
        return list
    }
}

/// A request's method: any token, compared by its exact letters.
public struct Method: RawRepresentable, Hashable, Sendable {
    /// The token as the client wrote it.
    public let rawValue: String

    /// A method of that token.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// `GET`.
    public static let get = Method(rawValue: "GET")
    /// `HEAD`.
    public static let head = Method(rawValue: "HEAD")
    /// `POST`.
    public static let post = Method(rawValue: "POST")
    /// `PUT`.
    public static let put = Method(rawValue: "PUT")
    /// `PATCH`.
    public static let patch = Method(rawValue: "PATCH")
    /// `DELETE`.
    public static let delete = Method(rawValue: "DELETE")
    /// `OPTIONS`.
    public static let options = Method(rawValue: "OPTIONS")
    /// `TRACE`.
    public static let trace = Method(rawValue: "TRACE")
    /// `CONNECT`.
    public static let connect = Method(rawValue: "CONNECT")
}

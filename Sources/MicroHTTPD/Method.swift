import Bytes

/// A request's method: any token; case-sensitive.
public struct Method: RawRepresentable, Hashable, Sendable {
    /// The token as sent by the client.
    public let rawValue: String

    /// Creates a method from a token.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// One of the methods below, without making a string; nil for any other text.
    init?(common text: Span<UInt8>) {
        switch text.count {
        case 3 where text.isEqual(to: "GET"): self = .get
        case 3 where text.isEqual(to: "PUT"): self = .put
        case 4 where text.isEqual(to: "POST"): self = .post
        case 4 where text.isEqual(to: "HEAD"): self = .head
        case 5 where text.isEqual(to: "PATCH"): self = .patch
        case 6 where text.isEqual(to: "DELETE"): self = .delete
        default: return nil
        }
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

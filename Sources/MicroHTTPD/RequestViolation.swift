/// Why a request is refused before the handler sees it.
///
/// The connection is closed after the answer, because it may be unclear where the next request starts.
public enum RequestViolation: Error, Hashable, Sendable {
    /// The method is not a token.
    case badMethod
    /// The target is not a valid path.
    case badTarget(TargetFault)
    /// The version is neither HTTP/1.0 nor HTTP/1.1.
    case badVersion
    /// A line ended by a bare LF or CR, a NUL, a folded header, or more than one space in the request line.
    case badLines
    /// A header's name is not a token, for example because there is a space before the colon.
    case badHeaderName
    /// The header's value has a control character or trailing white space, or is not a number where one is required.
    case badHeaderValue(name: String)
    /// A header that must be unique is repeated.
    case duplicateHeader(name: String)
    /// An HTTP/1.1 request without a `Host` header.
    case missingHost
    /// `Content-Length` and `Transfer-Encoding` in one request.
    case bothLengths
    /// A `Transfer-Encoding` other than `chunked`.
    case unknownTransferCoding
    /// A `Transfer-Encoding` in an HTTP/1.0 request.
    case transferCodingInOldVersion
    /// All ordinary connections are in use, and this one accepts only probes.
    case noSlot
    /// The daemon is being stopped.
    case stopping

    /// The fault in a target.
    public enum TargetFault: Hashable, Sendable {
        /// It does not start with `/`.
        case notAPath
        /// It contains a character outside 0x21...0x7E.
        case badCharacter
        /// A `%` is not followed by two hexadecimal digits.
        case badEscape
        /// It contains `%00`.
        case nul
        /// It does not decode to UTF-8.
        case notUTF8
    }

    /// The status of the answer: 400, 501, 503 or 505.
    public var status: Int {
        switch self {
        case .badMethod, .badTarget, .badLines, .badHeaderName, .badHeaderValue, .duplicateHeader, .missingHost,
            .bothLengths,
            .transferCodingInOldVersion:
            400
        case .unknownTransferCoding: 501
        case .noSlot, .stopping: 503
        case .badVersion: 505
        }
    }

    /// Message for the client, without any bytes that it sent.
    public var detail: String {
        switch self {
        case .badMethod: "The method is not a token."
        case .badTarget(.notAPath): "The request target does not start with a slash."
        case .badTarget(.badCharacter): "The request target has a character that must be percent-encoded."
        case .badTarget(.badEscape): "The request target has a percent sign without two hexadecimal digits."
        case .badTarget(.nul): "The request target has an encoded NUL."
        case .badTarget(.notUTF8): "The request target does not decode to UTF-8."
        case .badVersion: "Only HTTP/1.0 and HTTP/1.1 are supported."
        case .badLines:
            "The lines of the request are malformed: a bare line end, a NUL, a folded header or a stray space."
        case .badHeaderName: "A header's name is not a token."
        case .badHeaderValue(let name): "The value of the header \(name) is malformed."
        case .duplicateHeader(let name): "The header \(name) is repeated."
        case .missingHost: "The Host header is missing."
        case .bothLengths: "The request has both a Content-Length and a Transfer-Encoding."
        case .unknownTransferCoding: "The only supported transfer coding is chunked."
        case .transferCodingInOldVersion: "HTTP/1.0 has no transfer codings."
        case .noSlot: "The limit of open connections is reached, and no connection is idle."
        case .stopping: "The service is stopping."
        }
    }
}

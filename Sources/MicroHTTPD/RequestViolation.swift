/// Why a request is refused before the handler sees it.
///
/// The connection is closed after the answer: where one request ended and the next began may be in doubt.
public enum RequestViolation: Error, Hashable, Sendable {
    /// The method is not a token.
    case badMethod
    /// The target is not a path that can be decoded.
    case badTarget(TargetFault)
    /// Neither HTTP/1.0 nor HTTP/1.1.
    case badVersion
    /// A line ended by a bare LF or CR, a NUL, a folded header, or more than one space in the request line.
    case badLines
    /// A header's name is not a token, such as a name with a space before its colon.
    case badHeaderName
    /// The named header's value has a control character or white space at its end, or is not the number it should be.
    case badHeaderValue(name: String)
    /// The named header came twice, and may come once.
    case duplicateHeader(name: String)
    /// An HTTP/1.1 request without a `Host` header.
    case missingHost
    /// `Content-Length` and `Transfer-Encoding` in one request.
    case bothLengths
    /// A `Transfer-Encoding` other than `chunked`.
    case unknownTransferCoding
    /// A `Transfer-Encoding` in an HTTP/1.0 request.
    case transferCodingInOldVersion
    /// All connections are in use, and this one was accepted for a probe.
    case noSlot
    /// The daemon is being stopped.
    case stopping

    /// What is wrong with a target.
    public enum TargetFault: Hashable, Sendable {
        /// It does not begin with `/`.
        case notAPath
        /// It has a character outside 0x21...0x7E.
        case badCharacter
        /// A `%` that two hexadecimal digits do not follow.
        case badEscape
        /// `%00`.
        case nul
        /// What it decodes to is not UTF-8.
        case notUTF8
    }

    /// The status that fits: 400, 501, 503 or 505.
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

    /// What to tell the client, a sentence without bytes of the client's own.
    public var detail: String {
        switch self {
        case .badMethod: "The method is not a token."
        case .badTarget(.notAPath): "The request target does not begin with a slash."
        case .badTarget(.badCharacter): "The request target has a character that must be percent-encoded."
        case .badTarget(.badEscape): "The request target has a percent sign without two hexadecimal digits."
        case .badTarget(.nul): "The request target has an encoded NUL."
        case .badTarget(.notUTF8): "The request target does not decode to UTF-8."
        case .badVersion: "Only HTTP/1.0 and HTTP/1.1 are spoken here."
        case .badLines:
            "The lines of the request are malformed: a bare line end, a NUL, a folded header or a stray space."
        case .badHeaderName: "A header's name is not a token."
        case .badHeaderValue(let name): "The value of the header \(name) is malformed."
        case .duplicateHeader(let name): "The header \(name) came more than once."
        case .missingHost: "The Host header is missing."
        case .bothLengths: "The request has both a Content-Length and a Transfer-Encoding."
        case .unknownTransferCoding: "The only transfer coding understood is chunked."
        case .transferCodingInOldVersion: "HTTP/1.0 has no transfer codings."
        case .noSlot: "The limit of open connections is reached, and none of them is idle."
        case .stopping: "The service is stopping."
        }
    }
}

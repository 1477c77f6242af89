import Bytes

/// Validates the request line and the headers, and determines how the body is delimited.
///
/// libmicrohttpd accepts headers that allow request smuggling: two lengths, a space before a colon, an unknown transfer
/// coding. They are refused here, before a byte of the body is read.
package struct RequestGate {
    /// How a request's body is delimited.
    package struct Framing: Equatable {
        package var contentLength: UInt64?
        package var isChunked = false
        package var expectsContinue = false
    }

    /// The method that `text` names, which must be a token.
    package static func method(_ text: Span<UInt8>) throws(RequestViolation) -> Method {
        if let method = Method(common: text) { return method }
        guard text.isToken else { throw .badMethod }
        return Method(rawValue: String(copying: UTF8Span(unchecked: text, isKnownASCII: true)))
    }

    /// The version that `text` names.
    package static func version(_ text: Span<UInt8>) throws(RequestViolation) -> HTTPVersion {
        if text.isEqual(to: "HTTP/1.1") { return .http11 }
        guard text.isEqual(to: "HTTP/1.0") else { throw .badVersion }
        return .http10
    }

    /// Checks all headers and returns how the body is delimited.
    package static func framing(_ headers: HeaderFields, _ version: HTTPVersion) throws(RequestViolation) -> Framing {
        var framing = Framing()
        var hasHost = false
        var hasAuthorization = false
        let bytes = headers.bytes.span
        for field in headers.fields {
            let name = bytes.extracting(field.start..<field.nameEnd)
            let value = bytes.extracting(field.nameEnd..<field.valueEnd)
            guard name.isToken else { throw .badHeaderName }
            guard value.isFieldValue else { throw .badHeaderValue(name: headers.name(field)) }
            switch name.count {
            case 4 where name.equalsIgnoringCase("Host"):
                guard !hasHost else { throw .duplicateHeader(name: "Host") }
                // An empty Host is legal if the target has no authority.
                guard value.isEmpty || Authority(value) != nil else { throw .badHeaderValue(name: "Host") }
                hasHost = true
            case 6 where name.equalsIgnoringCase("Expect"):
                framing.expectsContinue = value.equalsIgnoringCase("100-continue")
            case 13 where name.equalsIgnoringCase("Authorization"):
                guard !hasAuthorization else { throw .duplicateHeader(name: "Authorization") }
                hasAuthorization = true
            case 14 where name.equalsIgnoringCase("Content-Length"):
                guard framing.contentLength == nil else { throw .duplicateHeader(name: "Content-Length") }
                guard let length = value.decimal(maxDigits: 18) else { throw .badHeaderValue(name: "Content-Length") }
                framing.contentLength = length
            case 17 where name.equalsIgnoringCase("Transfer-Encoding"):
                guard !framing.isChunked else { throw .duplicateHeader(name: "Transfer-Encoding") }
                guard version == .http11 else { throw .transferCodingInOldVersion }
                guard value.equalsIgnoringCase("chunked") else { throw .unknownTransferCoding }
                framing.isChunked = true
            default: break
            }
        }
        guard hasHost || version == .http10 else { throw .missingHost }
        guard !framing.isChunked || framing.contentLength == nil else { throw .bothLengths }
        return framing
    }
}

extension Span where Element == UInt8 {
    /// Whether this is a valid header value: no control characters except tab, no trailing white space.
    fileprivate var isFieldValue: Bool {
        withUnsafeBufferPointer { bytes in
            let isInvalid = bytes.hasEightBytes(fillingWith: 0x20) { bytes in
                bytes.below(0x20) & ~bytes.equal(to: 0x09) | bytes.equal(to: 0x7F)
            }
            return !isInvalid && bytes.last != 0x20 && bytes.last != 0x09
        }
    }
}

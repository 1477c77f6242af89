import Bytes
import MicroHTTPD

/// Refuses requests of foreign web pages that are open in a browser on the same machine or network (UIS-1, UIS-2).
///
/// A page can send requests to any address that its browser can reach, including loopback. It can neither choose `Host` nor
/// omit `Origin` and `Sec-Fetch-Site`, so these headers decide. The checks do not allocate; see decision 21.
struct SiteRules: Sendable {
    private let allowedHosts: [AllowedHost]

    init(allowedHosts: [AllowedHost]) { self.allowedHosts = allowedHosts }

    /// Checks the site that a request is sent to and the one that it comes from.
    ///
    /// - Parameter hasTokens: whether the service requires tokens, which a page does not have.
    /// - Throws: 421 for a `Host` that is not accepted, 403 for a change requested by a page of another site.
    func check(_ head: RequestHead, hasTokens: Bool) throws(Problem) {
        if checksHost(of: head, hasTokens: hasTokens), !head.headers.allSatisfy("Host", isAccepted) {
            throw SiteRules.misdirected(head)
        }
        if changes(head.method), isCrossSite(head.headers) { throw SiteRules.crossSite }
    }

    // MARK: Target site (UIS-1)

    private func checksHost(of head: RequestHead, hasTokens: Bool) -> Bool {
        !head.isLocal && (!hasTokens || !allowedHosts.isEmpty)
    }

    /// Whether `host` is an address, a name that is resolved without a name server, or in the settings. An attacker cannot
    /// make such a host resolve to this machine.
    private func isAccepted(_ host: Span<UInt8>) -> Bool {
        guard let authority = Authority(host) else { return false }
        let name = host.extracting(..<authority.hostEnd)
        return name.isAddress || name.isLocalhost || !name.contains(UInt8(ascii: ".")) || isAllowed(host, authority)
    }

    private func isAllowed(_ text: Span<UInt8>, _ authority: Authority) -> Bool {
        for host in allowedHosts where host.matches(text, authority) { return true }
        return false
    }

    // MARK: Source site (UIS-2)

    private func changes(_ method: Method) -> Bool { method != .get && method != .head && method != .options }

    private func isCrossSite(_ headers: HeaderFields) -> Bool {
        if headers.has("Origin") {
            if headers.allSatisfy("Origin", isAllowedOrigin) { return false }
            if !headers.allSatisfy("Origin", { isOwn($0, headers) }) { return true }
        }
        return !headers.allSatisfy("Sec-Fetch-Site") {
            $0.equalsIgnoringCase("same-origin") || $0.equalsIgnoringCase("none")
        }
    }

    /// Whether the settings list the host of the origin.
    private func isAllowedOrigin(_ origin: Span<UInt8>) -> Bool {
        let text = origin.extracting(origin.authorityStart...)
        guard let authority = Authority(text) else { return false }
        return isAllowed(text, authority)
    }

    /// Whether the authority of the origin is that of the `Host` header.
    private func isOwn(_ origin: Span<UInt8>, _ headers: HeaderFields) -> Bool {
        let text = origin.extracting(origin.authorityStart...)
        return headers.has("Host") && headers.allSatisfy("Host") { !$0.isEmpty && $0.equalsIgnoringCase(text) }
    }

    // MARK: Refusals

    private static func misdirected(_ head: RequestHead) -> Problem {
        let host = head.headers["Host"] ?? ""
        return Problem(
            .misdirected,
            "The host \(host.quoted(limit: 255)) is not accepted. Use an address, localhost, a name without a dot, or a host in"
                + " server.allowedHosts.")
    }

    private static let crossSite = Problem(
        .crossOrigin, "A web page of another site sent this request. server.allowedHosts lists the allowed sites."
    )
}

extension Span where Element == UInt8 {
    fileprivate func contains(_ byte: UInt8) -> Bool {
        for index in indices where self[index] == byte { return true }
        return false
    }

    /// Whether the host is an IP address: four numbers, or anything in brackets.
    fileprivate var isAddress: Bool {
        if !isEmpty, self[0] == UInt8(ascii: "[") { return true }
        var (parts, digits, number) = (1, 0, 0)
        for index in indices {
            switch self[index] {
            case let byte where byte.isDigit:
                digits += 1
                number = number * 10 + Int(byte & 0xF)
                if digits > 3 || number > 255 { return false }
            case UInt8(ascii: ".") where digits > 0:
                (parts, digits, number) = (parts + 1, 0, 0)
            default: return false
            }
        }
        return parts == 4 && digits > 0
    }

    /// Whether the host is `localhost` or a subdomain of it, with or without a trailing dot (RFC 6761).
    fileprivate var isLocalhost: Bool {
        var end = count
        if end > 0, self[end - 1] == UInt8(ascii: ".") { end -= 1 }
        let last = "localhost".utf8.span
        guard end >= last.count, extracting((end - last.count)..<end).equalsIgnoringCase(last) else { return false }
        return end == last.count || self[end - last.count - 1] == UInt8(ascii: ".")
    }

    /// The index after `://`, or the end if there is none, as in `null`.
    fileprivate var authorityStart: Int {
        var index = 0
        while index + 2 < count {
            if self[index] == UInt8(ascii: ":"), self[index + 1] == UInt8(ascii: "/"),
                self[index + 2] == UInt8(ascii: "/")
            {
                return index + 3
            }
            index += 1
        }
        return count
    }
}

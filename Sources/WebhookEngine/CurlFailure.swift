import CCurl

/// A call of libcurl that failed.
struct CurlFailure: Error {
    let text: String

    init(_ text: String) { self.text = text }

    /// Throws unless `code` is CURLE_OK.
    static func check(_ code: CURLcode, _ call: StaticString) throws(CurlFailure) {
        guard code != CURLE_OK else { return }
        throw CurlFailure("\(call): \(String(cString: curl_easy_strerror(code)))")
    }
}

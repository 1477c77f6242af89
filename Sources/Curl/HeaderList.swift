import CCurl

/// A list of lines for libcurl, such as the headers of a request: a `curl_slist`.
public final class HeaderList {
    private(set) var pointer: UnsafeMutablePointer<curl_slist>?

    /// A copy of `lines`.
    public init(_ lines: [String]) throws(CurlFailure) {
        for line in lines {
            guard let list = curl_slist_append(pointer, line) else {
                throw CurlFailure("out of memory", of: "curl_slist_append")
            }
            pointer = list
        }
    }

    deinit { curl_slist_free_all(pointer) }
}

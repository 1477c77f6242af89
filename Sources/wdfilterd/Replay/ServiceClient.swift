import CCurl
import Glibc
import JSON

/// Asks a running service, one request after the other.
struct ServiceClient {
    /// What a request has for a body.
    enum Body {
        case none
        case json([UInt8])
        /// Event lines of any length, piece by piece: an empty one at the end, nil to give up.
        case lines(() -> [UInt8]?)
    }

    /// An answer.
    struct Answer {
        let status: Int
        let body: [UInt8]

        /// What a problem says, or the status.
        var problem: String {
            let detail = try? JSONDocument.read(body) { value in
                value.openObject()?.required("detail") { $0.string(maxUTF16: .max) }
            }
            return "\(status): \(detail ?? "no reason given")"
        }
    }

    private let target: ServiceTarget
    private let token: String?

    /// A client of `target` that shows `token`.
    init(_ target: ServiceTarget, token: String?) {
        self.target = target
        self.token = token
    }

    /// Sends a request and waits for the answer.
    ///
    /// - Throws: exit code 3 when there is none.
    func ask(_ method: String, _ path: String, _ body: Body = .none) throws(CommandFailure) -> Answer {
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let handle = curl_easy_init() else {
            throw CommandFailure(status: .failed, message: "libcurl does not start")
        }
        defer { curl_easy_cleanup(handle) }
        let transfer = Transfer(body)
        let headers = HeaderList(transfer.contentType.map { ["Content-Type: \($0)", "Expect:"] } ?? [])
        if let token { headers.append("Authorization: Bearer \(token)") }
        var results = [
            target.apply(to: handle, path: path, agent: "wdfilterd-replay"),
            curl_easy_set_long(handle, CURLOPT_CONNECTTIMEOUT_MS, 10_000),
            curl_easy_set_string(handle, CURLOPT_CUSTOMREQUEST, method),
            curl_easy_set_pointer(handle, CURLOPT_HTTPHEADER, headers.list),
        ]
        let context = Unmanaged.passUnretained(transfer).toOpaque()
        results.append(curl_easy_set_pointer(handle, CURLOPT_WRITEDATA, context))
        results.append(
            curl_easy_set_transfer_callback(handle, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                guard let bytes, let context else { return 0 }
                Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                    .take(UnsafeRawBufferPointer(start: bytes, count: size * count))
                return size * count
            })
        if transfer.contentType != nil {
            results.append(curl_easy_set_long(handle, CURLOPT_UPLOAD, 1))
            results.append(curl_easy_set_pointer(handle, CURLOPT_READDATA, context))
            results.append(curl_easy_set_long(handle, CURLOPT_UPLOAD_BUFFERSIZE, 1 << 20))
            results.append(
                curl_easy_set_transfer_callback(handle, CURLOPT_READFUNCTION) { bytes, size, count, context in
                    guard let bytes, let context else { return Int(CURL_READFUNC_ABORT) }
                    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                        .fill(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
                })
        }
        let code = results.first { $0 != CURLE_OK } ?? curl_easy_perform(handle)
        withExtendedLifetime((transfer, headers)) {}
        var status = 0
        guard code == CURLE_OK || transfer.hasAnswer,
            curl_easy_get_long(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK, status != 0
        else {
            throw CommandFailure(
                status: .failed, message: "\(target.name): \(String(cString: curl_easy_strerror(code)))")
        }
        return Answer(status: status, body: transfer.answer)
    }
}

/// What one request sends and gets.
private final class Transfer {
    private(set) var answer: [UInt8] = []
    let contentType: String?
    private let next: () -> [UInt8]?
    private var piece: ArraySlice<UInt8> = []

    var hasAnswer: Bool { !answer.isEmpty }

    init(_ body: ServiceClient.Body) {
        switch body {
        case .none: (contentType, next) = (nil, { [] })
        case .json(let bytes):
            var rest = bytes
            contentType = "application/json"
            next = {
                defer { rest = [] }
                return rest
            }
        case .lines(let lines): (contentType, next) = ("application/x-ndjson", lines)
        }
    }

    func take(_ bytes: UnsafeRawBufferPointer) { answer += bytes }

    /// Fills `room` with what comes next; how many bytes, or that the request is given up.
    func fill(_ room: UnsafeMutableRawBufferPointer) -> Int {
        if piece.isEmpty {
            guard let next = next() else { return Int(CURL_READFUNC_ABORT) }
            piece = next[...]
        }
        let count = min(room.count, piece.count)
        piece.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
        piece = piece.dropFirst(count)
        return count
    }
}

/// Header lines, freed with this.
private final class HeaderList {
    private(set) var list: UnsafeMutablePointer<curl_slist>?

    init(_ lines: [String]) {
        for line in lines { append(line) }
    }

    func append(_ line: String) { list = curl_slist_append(list, line) ?? list }

    deinit { curl_slist_free_all(list) }
}

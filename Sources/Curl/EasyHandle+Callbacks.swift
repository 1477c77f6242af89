import CCurl
import Glibc

extension EasyHandle {
    /// Sets the callbacks that all transfers use. Their context is the handle.
    func setCallbacks() throws(CurlFailure) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        for option in [CURLOPT_READDATA, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA] { try set(option, context) }
        // The callback reads the body and cannot rewind it. If libcurl held the body itself, it would silently send it again
        // when a reused connection breaks.
        try set(CURLOPT_READFUNCTION) { buffer, size, count, context in
            guard let buffer, let delegate = EasyHandle.at(context)?.delegate else { return Int(CURL_READFUNC_ABORT) }
            let room = UnsafeMutableRawBufferPointer(start: buffer, count: size * count)
            return delegate.send(into: room) ?? Int(CURL_READFUNC_ABORT)
        }
        // Without one, libcurl writes the content to standard output.
        try set(CURLOPT_WRITEFUNCTION) { buffer, size, count, context in
            guard let buffer, let delegate = EasyHandle.at(context)?.delegate else { return 0 }
            return delegate.receive(UnsafeRawBufferPointer(start: buffer, count: size * count)) ? size * count : 0
        }
        try set(CURLOPT_HEADERFUNCTION) { _, size, count, context in
            guard let delegate = EasyHandle.at(context)?.delegate else { return 0 }
            return delegate.receiveHeader(size * count) ? size * count : 0
        }
        // Called unless CURLOPT_NOPROGRESS is set, as it is by default.
        try set(CURLOPT_XFERINFODATA, context)
        let progress = curl_easy_set_progress(pointer) { context, _, _, _, _ in
            guard let handle = EasyHandle.at(context), let delegate = handle.delegate else { return 0 }
            return delegate.makeProgress(on: handle) ? 0 : 1
        }
        try ResultCode(progress).check("CURLOPT_XFERINFOFUNCTION")
    }

    func setOpenSocketCallback() throws(CurlFailure) {
        try set(CURLOPT_OPENSOCKETDATA, Unmanaged.passUnretained(self).toOpaque())
        let code = curl_easy_set_open_socket(pointer) { context, _, address in
            guard let handle = EasyHandle.at(context), let opener = handle.opener, let address,
                let descriptor = opener.openSocket(for: ConnectionTarget(address))
            else { return CURL_SOCKET_BAD }
            return descriptor
        }
        try ResultCode(code).check("CURLOPT_OPENSOCKETFUNCTION")
    }

    func setLookUpCallback() throws(CurlFailure) {
        try set(CURLOPT_RESOLVER_START_DATA, Unmanaged.passUnretained(self).toOpaque())
        let code = curl_easy_set_resolver_start(pointer) { _, _, context in
            EasyHandle.at(context)?.opener?.mayLookUp() ?? true ? 0 : 1
        }
        try ResultCode(code).check("CURLOPT_RESOLVER_START_FUNCTION")
    }

    private func set(_ option: CURLoption, _ callback: curl_write_callback) throws(CurlFailure) {
        try ResultCode(curl_easy_set_transfer_callback(pointer, option, callback)).check("option \(option.rawValue)")
    }

    /// The handle that a callback's context points to.
    private static func at(_ context: UnsafeMutableRawPointer?) -> EasyHandle? {
        context.map { Unmanaged<EasyHandle>.fromOpaque($0).takeUnretainedValue() }
    }
}

extension ConnectionTarget {
    fileprivate init(_ target: UnsafeMutablePointer<curl_sockaddr>) {
        let header = target.pointee
        family = header.family
        type = header.socktype
        protocolNumber = header.`protocol`
        // The address starts at the structure's last member, and may be longer than it.
        let start = MemoryLayout<curl_sockaddr>.offset(of: \.addr) ?? 0
        address = UnsafeRawBufferPointer(
            start: UnsafeRawPointer(target) + start, count: Int(header.addrlen))
    }
}

internal import CCurl

/// One libcurl handle, used for one transfer after another.
///
/// Not `Sendable`: it stays on the fetch thread. A class, because idle ones wait in an array; the one `deinit` frees it.
@safe final class EasyHandle {
    private let curl: UnsafeMutableRawPointer  // CURL *, owned
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var addresses: UnsafeMutablePointer<curl_slist>?

    init?() {
        guard let new = unsafe curl_easy_init() else { return nil }
        unsafe curl = new
    }
    deinit {
        unsafe curl_easy_cleanup(curl)
        freeLists()
    }

    /// Sets everything for a transfer. Each option is set each time: nothing depends on libcurl's defaults.
    func prepare(_ submission: Submission, addresses fixed: [String]) throws(FetchFailure) {
        let (request, policy) = (submission.request, submission.policy)
        let lines = try request.headerLines()
        unsafe curl_easy_reset(curl)
        freeLists()
        try set(unsafe gatehouse_curl_set_id(curl, submission.id))
        try set(CURLOPT_URL, request.url.normalized)
        try set(CURLOPT_PROTOCOLS_STR, request.url.scheme.rawValue)
        try set(CURLOPT_REDIR_PROTOCOLS_STR, "https")
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_PROXY, "")  // else http_proxy and its kin of the environment are obeyed
        try set(CURLOPT_NOPROXY, "*")
        try set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_QUICK_EXIT, 1)  // a look-up that hangs must not be waited for when its transfer ends
        // Key sets gain nothing from HTTP/2, and it is much code to expose to a peer.
        try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
        try set(CURLOPT_HTTP09_ALLOWED, 0)
        try set(CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2)  // RFC 9325 §3.1.1
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        if let file = policy.authorityFile {
            try set(CURLOPT_CAINFO, file)
            try set(unsafe gatehouse_curl_set_string(curl, CURLOPT_CAPATH, nil))
        }
        try set(CURLOPT_TIMEOUT_MS, policy.timeout.wholeMilliseconds)
        try set(CURLOPT_CONNECTTIMEOUT_MS, policy.connectTimeout.wholeMilliseconds)
        try set(CURLOPT_LOW_SPEED_LIMIT, 16)  // bytes a second
        try set(CURLOPT_LOW_SPEED_TIME, 15)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_DNS_CACHE_TIMEOUT, 30)
        try set(CURLOPT_MAXLIFETIME_CONN, 300)  // so that a moved name is noticed
        try set(unsafe gatehouse_curl_set_offset(curl, CURLOPT_MAXFILESIZE_LARGE, curl_off_t(policy.maximumBytes)))
        try setMethod(request)
        for line in lines { unsafe headers = try append(line, to: headers) }
        try set(unsafe gatehouse_curl_set_list(curl, CURLOPT_HTTPHEADER, headers))
        for entry in fixed { unsafe addresses = try append(entry, to: addresses) }
        if !fixed.isEmpty { try set(unsafe gatehouse_curl_set_list(curl, CURLOPT_RESOLVE, addresses)) }
    }

    private func setMethod(_ request: FetchRequest) throws(FetchFailure) {
        let hasBody = !request.body.isEmpty || [.POST, .PUT, .PATCH].contains(request.method)
        if hasBody {
            let code = unsafe request.body.withUnsafeBytes { bytes in
                unsafe withUnsafeBytes(of: 0 as UInt8) { empty in  // a null pointer would mean "ask the read callback"
                    unsafe gatehouse_curl_set_body(curl, bytes.baseAddress ?? empty.baseAddress, bytes.count)
                }
            }
            try set(code)
        } else {
            try set(CURLOPT_HTTPGET, 1)
        }
        try set(CURLOPT_CUSTOMREQUEST, request.method.rawValue)
    }

    /// Gives the handle to the loop. The transfer must stay alive until `end`.
    func begin(_ transfer: Transfer, in multi: MultiHandle) throws(FetchFailure) {
        let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
        try set(
            unsafe gatehouse_curl_set_callbacks(
                curl, context,
                { bytes, size, count, context in
                    unsafe deliver(bytes, size, count, context) { transfer, bytes in
                        unsafe transfer.receive(body: bytes)
                    }
                },
                { bytes, size, count, context in
                    unsafe deliver(bytes, size, count, context) { transfer, bytes in
                        unsafe transfer.receive(headerLine: bytes)
                    }
                },
                { context, purpose, address in
                    guard let context = unsafe context, let address = unsafe address else {
                        return gatehouse_curl_no_socket()
                    }
                    return unsafe ongoing(context).openSocket(purpose, address)
                },
                { context, peer, _, _, _ in
                    guard let context = unsafe context, let peer = unsafe peer,
                        unsafe ongoing(context).mayRequest(fromPeer: String(cString: peer))
                    else { return CURL_PREREQFUNC_ABORT }
                    return CURL_PREREQFUNC_OK
                }))
        guard unsafe multi.add(curl) else { throw .protocolError(.client) }
    }

    /// Takes the handle back, whether or not the transfer had come to its end.
    func end(in multi: MultiHandle) { unsafe multi.remove(curl) }

    func info(_ info: CURLINFO) -> Int { unsafe gatehouse_curl_info_long(curl, info) }

    var timing: FetchTiming {
        func time(_ info: CURLINFO) -> Duration { .microseconds(unsafe gatehouse_curl_info_offset(curl, info)) }
        var timing = FetchTiming()
        timing.nameLookup = time(CURLINFO_NAMELOOKUP_TIME_T)
        timing.connect = time(CURLINFO_CONNECT_TIME_T)
        timing.tls = time(CURLINFO_APPCONNECT_TIME_T)
        timing.firstByte = time(CURLINFO_STARTTRANSFER_TIME_T)
        timing.total = time(CURLINFO_TOTAL_TIME_T)
        return timing
    }

    private func set(_ option: CURLoption, _ value: Int) throws(FetchFailure) {
        try set(unsafe gatehouse_curl_set_long(curl, option, value))
    }
    private func set(_ option: CURLoption, _ value: String) throws(FetchFailure) {
        try set(unsafe gatehouse_curl_set_string(curl, option, value))
    }
    private func set(_ code: CURLcode) throws(FetchFailure) { if code != CURLE_OK { throw .protocolError(.client) } }

    private func append(
        _ text: String, to list: UnsafeMutablePointer<curl_slist>?
    ) throws(FetchFailure) -> UnsafeMutablePointer<curl_slist> {
        guard let longer = unsafe curl_slist_append(list, text) else { throw .protocolError(.client) }
        return unsafe longer
    }

    private func freeLists() {
        unsafe curl_slist_free_all(headers)
        unsafe curl_slist_free_all(addresses)
        unsafe (headers, addresses) = (nil, nil)
    }
}

/// The transfer behind a callback's context; alive between `begin` and `end`, and libcurl calls back only then.
private func ongoing(_ context: UnsafeMutableRawPointer) -> Transfer {
    unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
}

/// Any other number than `count` tells libcurl to stop. For headers and bodies `size` is 1 by definition.
private func deliver(
    _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ context: UnsafeMutableRawPointer?,
    to receive: (Transfer, UnsafeRawBufferPointer) -> Bool
) -> Int {
    guard count > 0 else { return 0 }
    guard let context = unsafe context, let bytes = unsafe bytes, size == 1 else { return 0 }
    return unsafe receive(ongoing(context), UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
}

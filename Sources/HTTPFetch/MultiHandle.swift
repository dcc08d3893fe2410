internal import CCurl

/// The libcurl handle that runs all transfers.
///
/// `@unchecked Sendable`: only `wakeUp` is called from other threads, and libcurl allows that one (curl_multi_wakeup(3)).
/// All else happens on the fetch thread; whoever lets go last frees it, and then no thread uses it any more.
@safe final class MultiHandle: @unchecked Sendable {
    private let multi: UnsafeMutableRawPointer  // CURLM *, owned

    init?(idleConnections: Int) {
        guard Self.isLibraryReady, let new = unsafe curl_multi_init() else { return nil }
        unsafe multi = new
        _ = unsafe gatehouse_curl_multi_set_long(new, CURLMOPT_MAXCONNECTS, idleConnections)
    }
    deinit { unsafe curl_multi_cleanup(multi) }

    /// Safe from any thread. A call that comes while nobody waits makes the next `wait` return at once.
    func wakeUp() { unsafe curl_multi_wakeup(multi) }

    func add(_ easy: UnsafeMutableRawPointer) -> Bool { unsafe curl_multi_add_handle(multi, easy) == CURLM_OK }
    func remove(_ easy: UnsafeMutableRawPointer) { unsafe curl_multi_remove_handle(multi, easy) }

    func perform() {
        var running: Int32 = 0
        unsafe curl_multi_perform(multi, &running)
    }

    /// Sleeps until a socket, a timer of libcurl's or `wakeUp` wants something.
    func wait(atMost milliseconds: Int32) { unsafe curl_multi_poll(multi, nil, 0, milliseconds, nil) }

    /// The next transfer that has ended, by the number it was given.
    func nextCompletion() -> (id: UInt, code: CURLcode)? {
        var (id, code): (UInt, CURLcode) = (0, CURLE_OK)
        return unsafe gatehouse_curl_next_completion(multi, &id, &code) == 1 ? (id, code) : nil
    }

    /// Once in the process; thread-safe in this libcurl, and again by Swift's own lock around a static.
    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK
}

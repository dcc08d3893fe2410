internal import CCurl
internal import Glibc
internal import HTTPTypes
internal import Identifiers
internal import Synchronization

/// A fetch on its way to the fetch thread.
struct Submission: Sendable {
    let id: UInt
    let request: FetchRequest
    let policy: FetchPolicy
    let cancellation: Cancellation
    let continuation: CheckedContinuation<Result<FetchResponse, FetchFailure>, Never>
}

/// Whether the caller's task was cancelled: it may be before the fetch thread has heard of the fetch.
final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)
    var isCancelled: Bool { flag.load(ordering: .acquiring) }
    func cancel() { flag.store(true, ordering: .releasing) }
}

/// One fetch under way: what has come so far, and the rules that libcurl's callbacks apply.
///
/// Not `Sendable`: it lives on the fetch thread, and libcurl holds an unretained pointer to it from `EasyHandle.begin`
/// until `EasyHandle.end`, both called by its owner.
final class Transfer {
    let submission: Submission
    let easy: EasyHandle
    private let isOriginAllowed: Bool
    private var head = ResponseHead()
    private var body: [UInt8] = []
    /// Set by a callback that stops the transfer: libcurl's own result only says that a callback did.
    private var verdict: FetchFailure?

    init(_ submission: Submission, on easy: EasyHandle) {
        (self.submission, self.easy) = (submission, easy)
        isOriginAllowed = submission.policy.allowOrigins.contains(submission.request.url.origin)
    }

    /// Counts here, because `CURLOPT_MAXFILESIZE` does not bound a chunked body in 7.88.
    func receive(body bytes: UnsafeRawBufferPointer) -> Bool {
        head.beginBody()
        guard bytes.count <= submission.policy.maximumBytes - body.count else {
            verdict = .tooLarge(.body)
            return false
        }
        unsafe body.append(contentsOf: bytes)
        return true
    }

    /// Informational responses and trailers are counted like the header itself.
    func receive(headerLine bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= submission.policy.maximumHeaderBytes - head.byteCount else {
            verdict = .tooLarge(.header)
            return false
        }
        unsafe head.add(line: Array(bytes))
        return true
    }

    /// Called for each new connection, with the address that the name led to.
    func openSocket(_ purpose: curlsocktype, _ address: UnsafePointer<curl_sockaddr>) -> curl_socket_t {
        let type = unsafe address.pointee.socktype
        guard purpose == CURLSOCKTYPE_IPCXN, type == Int32(SOCK_STREAM.rawValue), permits(unsafe IPAddress(address))
        else {
            return gatehouse_curl_no_socket()
        }
        let flags = type | Int32(SOCK_CLOEXEC.rawValue)
        return unsafe socket(address.pointee.family, flags, address.pointee.protocol)
    }

    /// Called before each request, on a reused connection too: another policy may have opened it.
    func mayRequest(fromPeer address: String) -> Bool { permits(IPAddress(address)) }

    private func permits(_ address: IPAddress?) -> Bool {
        guard let address else {
            verdict = .addressRefused(.reserved)
            return false
        }
        guard let range = address.specialRange else { return true }
        if isOriginAllowed, range.opensForAllowedOrigins { return true }
        verdict = .addressRefused(range)
        return false
    }

    /// The answer, once libcurl says that the transfer has ended.
    func outcome(_ code: CURLcode) -> Result<FetchResponse, FetchFailure> {
        let status = easy.info(CURLINFO_RESPONSE_CODE)
        if code == CURLE_OK, (200...599).contains(status), head.isSound {
            return .success(FetchResponse(status: status, headers: head.fields, body: body, timing: easy.timing))
        }
        if code == CURLE_OK { return .failure(.protocolError(.malformed)) }
        // An address that was refused may have been followed by another that merely did not answer in time.
        if let verdict, code != CURLE_OPERATION_TIMEDOUT { return .failure(verdict) }
        let error = easy.info(CURLINFO_OS_ERRNO)
        let verification = easy.info(CURLINFO_SSL_VERIFYRESULT)
        return .failure(FetchFailure(code, phase: phase, systemError: error, verification: verification))
    }

    private var phase: FetchPhase {
        let timing = easy.timing
        if timing.nameLookup == .zero { return .nameLookup }
        return timing.connect == .zero ? .connect : .response
    }
}

extension IPAddress {
    /// The address of a socket that libcurl is about to open.
    fileprivate init?(_ address: UnsafePointer<curl_sockaddr>) {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = unsafe gatehouse_curl_address(address, &bytes)
        self.init(networkOrder: Array(bytes.prefix(Int(count))))
    }
}

import Glibc

/// Leaves nothing of a secret behind when the process dies (security rule 14).
package enum CrashHardening {
    private static let variable = "SWIFT_BACKTRACE"
    private static let setting = "enable=no"

    /// Call first thing in `main`. No core file, no reading of our memory by others of the same user, no backtrace.
    ///
    /// Swift's runtime reads `SWIFT_BACKTRACE` before `main`, and its backtrace prints what the frames hold: when the
    /// variable is not ours yet, the program starts itself anew, once. The new process has the same id and arguments.
    package static func apply() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = unsafe setrlimit(CInt(RLIMIT_CORE.rawValue), &none)
        _ = signal(SIGPIPE, SIG_IGN)  // a closed log pipe must not end the process
        let current = unsafe getenv(variable).map { unsafe String(cString: $0) }
        if current != setting, unsafe setenv(variable, setting, 1) == 0 { restart() }
        forbidDumps()  // last: starting anew would undo it
    }

    /// `prctl(PR_SET_DUMPABLE, 0)`. The Glibc module does not offer it, because it is variadic; the call itself is not.
    private static func forbidDumps() {
        typealias Prctl = @convention(c) (CInt, CUnsignedLong, CUnsignedLong, CUnsignedLong, CUnsignedLong) -> CInt
        guard let symbol = unsafe dlsym(nil, "prctl") else { return }
        let setDumpable: CInt = 4  // PR_SET_DUMPABLE in linux/prctl.h
        _ = unsafe unsafeBitCast(symbol, to: Prctl.self)(setDumpable, 0, 0, 0, 0)
    }

    /// Returns only when the program cannot be started anew; then it runs on as it is.
    private static func restart() {
        var arguments: [UnsafeMutablePointer<CChar>?] = unsafe CommandLine.arguments.map { unsafe strdup($0) }
        unsafe arguments.append(nil)
        _ = unsafe execv("/proc/self/exe", &arguments)
        unsafe arguments.forEach { unsafe free($0) }
    }
}

import Glibc

/// What the system lets this process have.
package enum ProcessLimits {
    /// Raises the number of open files to the most that is allowed, and tells how many that is.
    ///
    /// Every connection is one. The usual soft limit of 1,024 is below our own limit of connections.
    @discardableResult
    package static func raiseOpenFiles() -> Int? {
        var limit = rlimit()
        guard unsafe getrlimit(CInt(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(CInt(RLIMIT_NOFILE.rawValue), &limit)
        guard unsafe getrlimit(CInt(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        return Int(clamping: limit.rlim_cur)
    }
}

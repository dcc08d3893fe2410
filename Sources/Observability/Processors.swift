import Foundation

/// The processors of this machine.
package enum Processors {
    /// How many we may run on: a container or `taskset` can make it fewer than there are, which Foundation's
    /// `activeProcessorCount` does not see. At least 1.
    package static var usable: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        return allowed(inStatus: status) ?? max(1, ProcessInfo.processInfo.activeProcessorCount)
    }

    /// Counts the bits of `Cpus_allowed`, hexadecimal words with commas between them (proc_pid_status(5)).
    static func allowed(inStatus text: String) -> Int? {
        let field = "Cpus_allowed:"
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(field) }) else { return nil }
        var count = 0
        for digit in line.dropFirst(field.count) {
            if let value = digit.hexDigitValue { count += value.nonzeroBitCount }
        }
        return count > 0 ? count : nil
    }
}

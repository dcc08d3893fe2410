import Dispatch
import Glibc
import Logging
import Observability
import Secrets
import Synchronization
import Testing

private final class Lines: Sendable {
    let bytes = Mutex<[UInt8]>([])
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    var all: [Substring] { text.split(separator: "\n") }
}

private func logged(_ body: (Logger) -> Void) -> String {
    let lines = Lines()
    let writer = LogWriter(lingerMilliseconds: 0) { more in lines.bytes.withLock { $0.append(contentsOf: more) } }
    body(Logger(label: "test") { JSONLogHandler(label: $0, level: .info, writer: writer, now: { 784_111_777_042 }) })
    writer.close()
    return lines.text
}

@Test func anEventIsOneLine() {
    let text = logged { logger in
        var logger = logger
        logger[metadataKey: "provider"] = "okta"
        logger.notice(
            "keys fetched", metadata: ["count": "3", "nested": ["b": "x", "a": ["1", "2"]], "level": "mine"])
        logger.debug("not wanted")
    }
    #expect(
        text
            == #"{"time":"1994-11-06T08:49:37.042Z","level":"notice","logger":"test","event":"keys fetched","count":"3","level_":"mine","nested.a":"1, 2","nested.b":"x","provider":"okta"}"#
            + "\n")
}

@Test func secretsAndLineBreaksStayOut() {
    let canary = "CANARYcanary0123456789"
    let text = logged { logger in
        logger.error(
            "said \"no\"\nfor gth_sv_\(canary)",
            metadata: [
                "token": "\(canary)", "form": ["client_secret": "\(canary)", "code": "\(canary)"],
                "secret": .stringConvertible(Secret(utf8: canary)),
                "value": .stringConvertible(Secret(utf8: canary)), "list": ["gth_at_\(canary)"],
                "jwt_text": "eyJhIjoxfQ.\(canary).\(canary)", "line": "one\r\ntwo",
            ])
    }
    #expect(!text.contains("CANARY"), "\(text)")
    #expect(text.split(separator: "\n").count == 1)
    #expect(text.contains(#""event":"said \"no\" for redacted""#))
    #expect(text.contains(#""value":"Secret(redacted)""#))
    #expect(text.contains(#""line":"one  two""#))
}

@Test(
    arguments: [
        (["GATEHOUSE_LOG_LEVEL": "debug"], "error", .debug), (["GATEHOUSE_LOG_LEVEL": "WARNING"], nil, .warning),
        (["GATEHOUSE_LOG_LEVEL": "loud"], "error", .error), ([:], "trace", .trace), ([:], nil, .info),
        ([:], "loud", .info),
    ] as [([String: String], String?, Logger.Level)])
func levels(environment: [String: String], configured: String?, expected: Logger.Level) {
    #expect(Logger.Level.gatehouse(environment: environment, configured: configured) == expected)
}

@Test func aSlowReaderCostsLinesAndNotTime() {
    let lines = Lines()
    let (entered, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let writer = LogWriter(capacity: 100, lingerMilliseconds: 0) { more in
        entered.signal()
        release.wait()
        lines.bytes.withLock { $0.append(contentsOf: more) }
    }
    writer.append(Array("first\n".utf8))
    entered.wait()  // the writer is stuck with the first line
    for _ in 0..<30 { writer.append(Array("123456789\n".utf8)) }
    #expect(writer.droppedLines == 20)
    for _ in 0..<10 { release.signal() }
    writer.close()
    #expect(lines.all.first == "first")
    #expect(lines.all.filter { $0 == "123456789" }.count == 10)
    #expect(lines.all.last == #"{"level":"warning","event":"log lines dropped","count":20}"#)
    writer.append(Array("late\n".utf8))
    #expect(!lines.text.contains("late"))
}

@Test func linesFromManyThreadsAreWhole() async {
    let lines = Lines()
    let writer = LogWriter(lingerMilliseconds: 1) { more in lines.bytes.withLock { $0.append(contentsOf: more) } }
    await withTaskGroup(of: Void.self) { group in
        for task in 0..<8 {
            group.addTask { for line in 0..<500 { writer.append(Array("line \(task) \(line) end\n".utf8)) } }
        }
    }
    writer.close()
    #expect(lines.all.count == 4000)
    #expect(lines.all.allSatisfy { $0.hasPrefix("line ") && $0.hasSuffix(" end") })
}

@Test func aFileDescriptorGetsEverything() {
    var ends: [CInt] = [0, 0]
    #expect(unsafe pipe(&ends) == 0)
    let writer = LogWriter(fileDescriptor: ends[1], lingerMilliseconds: 0)
    writer.append(Array("one\n".utf8))
    writer.append(Array("two\n".utf8))
    writer.close()
    close(ends[1])
    var bytes = [UInt8](repeating: 0, count: 100)
    var text = ""
    while true {
        let count = unsafe read(ends[0], &bytes, bytes.count)
        if count <= 0 { break }
        text += String(decoding: bytes[..<count], as: UTF8.self)
    }
    close(ends[0])
    #expect(text == "one\ntwo\n")
}

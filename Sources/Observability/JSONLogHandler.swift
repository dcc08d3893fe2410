package import Logging

/// swift-log onto one JSON line per event.
///
/// The message is the event's name; what varies is metadata, so that a search for the event finds all of them.
package struct JSONLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let writer: LogWriter
    private let now: @Sendable () -> Int64

    /// `now`: milliseconds since 1970.
    package init(label: String, level: Logger.Level, writer: LogWriter, now: @escaping @Sendable () -> Int64) {
        self.label = label
        self.writer = writer
        self.now = now
        logLevel = level
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var line = LogLine(at: now(), level: event.level.rawValue)
        line.add("logger", trusted: label)
        line.add("event", event.message.description)
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { _, new in new } }
        if let own = event.metadata { fields.merge(own) { _, new in new } }
        if let error = event.error { fields["error"] = "\(error)" }
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            add(value, as: Self.reserved.contains(name) ? name + "_" : name, to: &line)
        }
        writer.append(line.finish())
    }

    /// Nested metadata becomes dotted names: every name is checked, and every value is one short text.
    private func add(_ value: Logger.Metadata.Value, as name: String, to line: inout LogLine) {
        switch value {
        case .string(let text): line.add(name, text)
        case .stringConvertible(let value): line.add(name, value.description)
        case .array(let values): line.add(name, values.map(\.description).joined(separator: ", "))
        case .dictionary(let fields):
            for (key, value) in fields.sorted(by: { $0.key < $1.key }) { add(value, as: name + "." + key, to: &line) }
        }
    }

    private static let reserved: Set<String> = ["time", "level", "logger", "event"]
}

extension Logger.Level {
    /// The level in `GATEHOUSE_LOG_LEVEL`, or the configured one; `info` when neither says anything that is a level.
    package static func gatehouse(environment: [String: String], configured: String?) -> Logger.Level {
        environment["GATEHOUSE_LOG_LEVEL"].flatMap { Logger.Level(rawValue: $0.lowercased()) }
            ?? configured.flatMap { Logger.Level(rawValue: $0.lowercased()) } ?? .info
    }
}

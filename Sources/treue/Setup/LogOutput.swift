import Foundation
import Logging
import Loyalty
import Wire

/// Log lines on standard error: text for people, one JSON object a line for machines.
struct LogOutput: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    let label: String
    let asJSON: Bool

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let pairs = all.sorted { $0.key < $1.key }
        let now = RFC3339.text(micros: SystemClock.now().micros)
        let line = asJSON ? json(event, pairs, now) : text(event, pairs, now)
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }

    private func text(_ event: LogEvent, _ pairs: [(key: String, value: Logger.MetadataValue)], _ now: String) -> String
    {
        "\(now) \(event.level) \(event.message)" + pairs.map { " \($0.key)=\($0.value)" }.joined()
    }

    private func json(_ event: LogEvent, _ pairs: [(key: String, value: Logger.MetadataValue)], _ now: String) -> String
    {
        var writer = JSONWriter(reserving: 256)
        writer.beginObject()
        for (name, value) in [("time", now), ("level", event.level.rawValue), ("message", "\(event.message)")] {
            writer.key(named: name)
            writer.string(value)
        }
        for (key, value) in pairs {
            writer.key(named: key)
            writer.string("\(value)")
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension Settings {
    /// A logger as configured.
    func logger(_ label: String) -> Logger {
        Logger(label: label) { label in LogOutput(logLevel: logLevel, label: label, asJSON: logsJSON) }
    }
}

/// The only place that asks what time it is.
enum SystemClock {
    static func now() -> Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(micros: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1_000)
    }
}

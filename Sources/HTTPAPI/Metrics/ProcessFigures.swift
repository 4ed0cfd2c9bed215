import Foundation

/// What Linux tells of this process, under the names that Prometheus clients use. What cannot be read is left out.
enum ProcessFigures {
    static func append(to text: inout String) {
        if let figures = stat() {
            text.family("process_start_time_seconds", "gauge", "When the process started, since 1970.")
            text += "process_start_time_seconds \(figures.startSeconds)\n"
            text.family("process_cpu_seconds_total", "counter", "Time spent on processors.")
            text += "process_cpu_seconds_total \(figures.cpuSeconds)\n"
        }
        if let bytes = residentBytes() {
            text.family("process_resident_memory_bytes", "gauge", "Memory that is resident.")
            text += "process_resident_memory_bytes \(bytes)\n"
        }
    }

    private static func residentBytes() -> Int? {
        let fields = read("/proc/self/statm").split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else { return nil }
        return pages * sysconf(Int32(_SC_PAGESIZE))
    }

    private static func stat() -> (startSeconds: Double, cpuSeconds: Double)? {
        // The program's name is in parentheses and may hold anything.
        let line = read("/proc/self/stat")
        guard let end = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: end)...].split(separator: " ")
        let boot = read("/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
        let ticks = Double(sysconf(Int32(_SC_CLK_TCK)))
        guard fields.count > 19, let boot = boot.flatMap({ Double($0.dropFirst(6)) }), let user = Double(fields[11]),
            let system = Double(fields[12]), let start = Double(fields[19]), ticks > 0
        else { return nil }
        return (boot + start / ticks, (user + system) / ticks)
    }

    private static func read(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
}

import Foundation

/// Lines of a file or of standard input, read in pieces.
final class LineSource: @unchecked Sendable {
    // Used by one task at a time: the importer asks for the next piece only when it has the one before.
    private let handle: FileHandle
    private var buffer: [UInt8] = []
    private var isAtEnd = false
    private(set) var lineNumber = 0
    /// How many lines there are; nil for standard input.
    let total: Int?

    /// Longer lines are no events.
    static let longestLine = 1 << 20
    private static let piece = 1 << 18

    init(_ path: String) throws {
        guard path != "-" else {
            (handle, total) = (.standardInput, nil)
            return
        }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw Fault(cannot: "\(path) cannot be read")
        }
        self.handle = handle
        total = try LineSource.countLines(handle)
        try handle.seek(toOffset: 0)
    }

    /// At most `limit` lines with their numbers, empty ones left out; none at the end.
    func next(_ limit: Int) throws -> [(number: Int, bytes: [UInt8])] {
        var lines: [(number: Int, bytes: [UInt8])] = []
        var start = 0
        var search = 0
        while lines.count < limit {
            if let end = buffer[search...].firstIndex(of: 0x0A) {
                append(buffer[start..<end], to: &lines)
                start = end + 1
                search = start
            } else if isAtEnd {
                if start < buffer.count { append(buffer[start...], to: &lines) }
                start = buffer.count
                break
            } else {
                buffer.removeFirst(start)
                (start, search) = (0, buffer.count)
                guard buffer.count <= LineSource.longestLine else {
                    throw Fault(found: "line \(lineNumber + 1) is longer than \(LineSource.longestLine) bytes")
                }
                let read = try handle.read(upToCount: LineSource.piece) ?? Data()
                isAtEnd = read.isEmpty
                buffer.append(contentsOf: read)
            }
        }
        buffer.removeFirst(start)
        return lines
    }

    private func append(_ line: ArraySlice<UInt8>, to lines: inout [(number: Int, bytes: [UInt8])]) {
        lineNumber += 1
        if line.contains(where: { $0 > 0x20 }) { lines.append((lineNumber, Array(line))) }
    }

    private static func countLines(_ handle: FileHandle) throws -> Int {
        var count = 0
        var last: UInt8 = 0x0A
        while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
            data.withUnsafeBytes { bytes in
                for byte in bytes where byte == 0x0A { count += 1 }
                last = bytes.last ?? last
            }
        }
        return last == 0x0A ? count : count + 1
    }
}

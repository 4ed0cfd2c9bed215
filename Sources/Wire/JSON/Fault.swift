/// One thing that is wrong in a readable body.
public struct Fault: Sendable, Equatable, CustomStringConvertible {
    /// Where: a JSON Pointer (RFC 6901), empty for the whole body.
    public let pointer: String
    /// What is wrong and what was expected, as a clause without its subject: "must be a whole number, not a string".
    public let detail: String

    /// A fault at this place.
    public init(pointer: String, detail: String) {
        self.pointer = pointer
        self.detail = detail
    }

    /// Place and detail in one line.
    public var description: String { pointer.isEmpty ? detail : "\(pointer) \(detail)" }
}

/// Everything that is wrong in a readable body (HTTP 422), in the order it was read.
public struct ValidationFaults: Error, Sendable, Equatable, CustomStringConvertible {
    /// At least one fault, at most ``FaultList/limit``.
    public let faults: [Fault]

    /// These faults.
    public init(_ faults: [Fault]) {
        self.faults = faults
    }

    /// The faults, separated by semicolons.
    public var description: String { faults.map(\.description).joined(separator: "; ") }
}

/// Gathers faults while a body is read; a hostile body cannot make it grow without bound.
public final class FaultList {
    /// How many faults are kept; the last place says that there were more.
    public static let limit = 100

    /// The faults so far.
    public private(set) var faults: [Fault] = []

    /// Whether readers remember the names that they are asked for, so that a hint can tell which was meant.
    let keepsNames: Bool

    /// An empty list.
    public init() { keepsNames = true }

    init(keepsNames: Bool) { self.keepsNames = keepsNames }

    /// Notes a fault.
    public func add(at place: @autoclosure () -> JSONPointer, _ detail: @autoclosure () -> String) {
        guard faults.count < Self.limit else { return }
        let isLast = faults.count == Self.limit - 1
        faults.append(
            isLast
                ? Fault(pointer: "", detail: "has more faults than are listed here")
                : Fault(pointer: place().text, detail: detail()))
    }

    /// Throws when anything was noted.
    public func check() throws(ValidationFaults) {
        if !faults.isEmpty { throw ValidationFaults(faults) }
    }
}

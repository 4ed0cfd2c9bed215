import Foundation
import Hummingbird
import Loyalty
import LoyaltyService
import Wire

/// Reads query parameters strictly and gathers every fault. Parameters that nobody asks for are ignored. A fault's
/// pointer is `/` and the parameter's name.
///
/// A plus sign stands for itself: e-mail addresses and time zones have it, and spaces have no place in any parameter.
struct QueryReader {
    private var pairs: [(name: String, value: String)] = []
    private(set) var faults: [ServiceError.Fault] = []

    init(_ query: String?) {
        for part in (query ?? "").split(separator: "&", omittingEmptySubsequences: true).prefix(Self.mostParameters) {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = Self.decoded(halves[0]) ?? String(halves[0])
            guard let value = Self.decoded(halves.count > 1 ? halves[1] : "") else {
                fault(name, "must be UTF-8 with % before two hex digits, and nothing else encoded")
                continue
            }
            pairs.append((name, value))
        }
    }

    private static let mostParameters = 100
    private static let longestText = 1024

    private static func decoded(_ text: Substring) -> String? { String(text).removingPercentEncoding }

    mutating func fault(_ name: String, _ detail: String) {
        faults.append(ServiceError.Fault(pointer: "/\(name)", detail: detail))
    }

    /// A text that is not empty.
    mutating func text(_ name: String) -> String? {
        let values = pairs.filter { $0.name == name }.map(\.value)
        guard let value = values.first else { return nil }
        if values.count > 1 {
            fault(name, "must be given once")
        } else if value.isEmpty {
            fault(name, "must not be empty")
        } else if value.utf8.count > Self.longestText {
            fault(name, "must have at most \(Self.longestText) bytes")
        } else {
            return value
        }
        return nil
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let text = text(name) else { return nil }
        let isPlain = text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isPlain, let number = Int(text), range.contains(number) else {
            fault(name, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// An RFC 3339 time. Where somebody took the plus sign of an offset for a space, it is put back.
    mutating func time(_ name: String) -> Instant? {
        guard let text = text(name) else { return nil }
        do throws(RFC3339.Fault) {
            return Instant(micros: try RFC3339.micros(of: text.replacing(" ", with: "+")))
        } catch {
            fault(name, error.detail)
            return nil
        }
    }

    /// `as_of` and `known_at`.
    mutating func clocks() -> Clocks { Clocks(asOf: time("as_of"), knownAt: time("known_at")) }

    /// `limit` and `cursor`.
    mutating func page() -> PageRequest {
        let limit = integer("limit", in: 1...200)
        return PageRequest(limit: limit ?? 50, cursor: text("cursor"))
    }

    /// Exactly one of `card`, `email`, `external_id`; nil with a fault for anything else.
    mutating func memberReference() -> MemberReference? {
        let kinds: [MemberReference.Kind] = [.card, .email, .externalID]
        let given = kinds.filter { kind in pairs.contains { $0.name == kind.rawValue } }
        guard given.count == 1, let kind = given.first else {
            faults.append(
                ServiceError.Fault(pointer: "", detail: "must have exactly one of card, email, external_id"))
            return nil
        }
        guard let text = text(kind.rawValue) else { return nil }
        let reference = MemberReference(kind, text)
        if reference == nil { fault(kind.rawValue, "cannot be an identifier of this kind") }
        return reference
    }

    /// A member by id.
    mutating func member(_ name: String) -> MemberReference? {
        guard let text = text(name) else { return nil }
        let reference = UUIDText.parse(text) == nil ? nil : MemberReference(.id, text)
        if reference == nil { fault(name, "must be a member's id") }
        return reference
    }

    /// Throws what was found wrong.
    func check() throws(Problem) {
        if !faults.isEmpty { throw .invalid(faults, of: "query") }
    }
}

import HTTPTypes
import Hummingbird

/// The kinds of text that a body can be.
enum MediaType: String, Hashable, Sendable, CaseIterable {
    case json = "application/json"
    case cloudEvent = "application/cloudevents+json"
    case yaml = "application/yaml"
    case mergePatch = "application/merge-patch+json"
    case cloudEventBatch = "application/cloudevents-batch+json"

    /// The kind of a request's body.
    /// - Throws: a 415 problem where it is none of those accepted, compressed, or not UTF-8.
    static func of(_ request: Request, accepting accepted: [MediaType]) throws(Problem) -> MediaType {
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            let names = accepted.map(\.rawValue).joined(separator: ", ")
            throw .unsupportedMediaType("The body must not be compressed (Content-Encoding).", accepted: names)
        }
        return try of(request.headers[.contentType], accepting: accepted)
    }

    /// The kind that a `Content-Type` names.
    /// - Throws: a 415 problem where it is none of those accepted, or not UTF-8.
    static func of(_ header: String?, accepting accepted: [MediaType]) throws(Problem) -> MediaType {
        // What nearly everybody sends needs no taking apart.
        if let header, let type = MediaType(rawValue: header), accepted.contains(type) { return type }
        return try taken(apart: header, accepting: accepted)
    }

    private static func taken(
        apart header: String?, accepting accepted: [MediaType]
    ) throws(Problem) -> MediaType {
        let names = accepted.map(\.rawValue).joined(separator: ", ")
        guard let header else {
            throw .unsupportedMediaType("Content-Type is missing; it must be one of: \(names).", accepted: names)
        }
        let parts = header.split(separator: ";", omittingEmptySubsequences: false)
        let name = trimmed(parts.first ?? "")
        guard let type = MediaType(rawValue: name), accepted.contains(type) else {
            throw .unsupportedMediaType("Content-Type must be one of: \(names).", accepted: names)
        }
        for parameter in parts.dropFirst() {
            let pair = parameter.split(separator: "=", maxSplits: 1).map(trimmed)
            guard pair.count == 2, pair[0] == "charset" else { continue }
            let charset = pair[1].filter { $0 != "\"" }
            guard charset == "utf-8" || charset == "utf8" || charset == "us-ascii" else {
                throw .unsupportedMediaType("The charset must be utf-8.", accepted: names)
            }
        }
        return type
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text.lowercased()
    }
}

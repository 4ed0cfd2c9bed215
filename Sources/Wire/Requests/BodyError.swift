/// Why a request's body could not be taken.
public enum BodyError: Error, Sendable, Equatable {
    /// It is not JSON: HTTP 400.
    case unreadable(JSONSyntaxError)
    /// It is JSON and wrong: HTTP 422 with every fault.
    case invalid([Fault])

    /// Runs a reader and turns its faults into a body's.
    static func reading<Value>(
        _ value: JSONNode, _ read: (ObjectReader) -> Value?
    ) throws(BodyError) -> Value {
        do throws(ValidationFaults) {
            return try ObjectReader.reading(value, read)
        } catch {
            throw .invalid(error.faults)
        }
    }

    /// Parses bytes and turns a syntax error into a body's.
    static func parsing(_ bytes: [UInt8]) throws(BodyError) -> JSONNode {
        do throws(JSONSyntaxError) {
            return try JSONReader.node(bytes)
        } catch {
            throw .unreadable(error)
        }
    }
}

/// Why a request was refused, with all that an answer needs: a stable code, what kind of refusal it is, and what to mend.
/// Never holds personal data.
public struct ServiceError: Error, Hashable, Sendable {
    /// One fault of a request body.
    public struct Fault: Hashable, Sendable {
        /// RFC 6901 pointer into the body.
        public var pointer: String
        public var detail: String

        public init(pointer: String, detail: String) { (self.pointer, self.detail) = (pointer, detail) }
    }

    /// Stable, snake_case, part of the API.
    public var code: String
    /// The HTTP status that tells the same.
    public var status: Int
    /// The same sentence for every error of this code.
    public var title: String
    /// What is wrong in this case, and what to mend.
    public var detail: String
    public var faults: [Fault]
    /// Seconds after which a retry makes sense.
    public var retryAfter: Int?

    /// Whether the request was judged and refused; else nobody knows whether it had an effect.
    var isRefusal: Bool { (400..<500).contains(status) }

    public init(
        code: String, status: Int, title: String, detail: String, faults: [Fault] = [], retryAfter: Int? = nil
    ) {
        (self.code, self.status, self.title, self.detail) = (code, status, title, detail)
        (self.faults, self.retryAfter) = (faults, retryAfter)
    }
}

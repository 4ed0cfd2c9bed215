internal import CDocuments

/// The OpenAPI 3.1 document: what the HTTP API promises.
public enum APIDocument {
    /// The bytes of `schema/openapi.yaml`.
    public static let yaml = [UInt8](treue_openapi())
}

extension [UInt8] {
    init(_ document: treue_document) {
        self.init(UnsafeBufferPointer(start: document.bytes, count: document.count))
    }
}

/// The OpenAPI 3.1 document: what the HTTP API promises.
public enum APIDocument {
    /// The bytes of `schema/openapi.yaml`.
    public static let yaml: [UInt8] = PackageResources.openapi_yaml
}

import HTTPTypes
import Hummingbird
import NIOCore
import Schema

/// `/openapi.yaml` and `/docs`: open without a key.
struct ReferenceRoutes: Sendable {
    private let yaml: ByteBuffer
    /// nil where the document cannot be read, which a test rules out.
    private let page: ByteBuffer?
    private let yamlTag: EntityTag
    private let pageTag: EntityTag

    init() {
        yaml = ByteBuffer(bytes: APIDocument.yaml)
        page = (try? OpenAPIDocument()).map { ByteBuffer(string: ReferencePage(document: $0).html) }
        yamlTag = EntityTag(of: APIDocument.yaml)
        pageTag = EntityTag(of: page.map { Array($0.readableBytesView) } ?? [])
    }

    func add(to router: Router<APIContext>) {
        router.get("openapi.yaml") { request, _ in
            answer(yaml, yamlTag, for: request, headers: [.contentType: "application/yaml"])
        }
        router.get("docs") { request, _ in
            guard let page else { throw Problem.unexpected }
            return answer(
                page, pageTag, for: request,
                headers: [
                    .contentType: "text/html; charset=utf-8",
                    .contentSecurityPolicy: ReferencePage.contentSecurityPolicy,
                    .referrerPolicy: "no-referrer",
                ])
        }
    }

    private func answer(
        _ body: ByteBuffer, _ tag: EntityTag, for request: Request, headers: HTTPFields
    ) -> Response {
        if tag.isKnown(to: request) { return Answer.notModified(tag) }
        var headers = headers
        headers[.eTag] = tag.text
        headers[.cacheControl] = "no-cache"
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}

extension HTTPField.Name {
    fileprivate static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
}

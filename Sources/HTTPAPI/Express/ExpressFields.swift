import NIOHTTP1

/// The header fields that bear on a small POST; nil where one asks for what only the long way does.
struct ExpressFields {
    var authorization: [String] = []
    var contentType: String?
    var requestID: String?
    var traceParent: String?

    init?(_ headers: HTTPHeaders) {
        for (name, value) in headers {
            // The length tells nearly all of them apart.
            switch name.utf8.count {
            case 13 where name.isField("authorization"):
                authorization.append(value)
            case 12 where name.isField("content-type"):
                guard contentType == nil else { return nil }
                contentType = value
            case 12 where name.isField("x-request-id"):
                guard requestID == nil else { return nil }
                requestID = value
            case 11 where name.isField("traceparent"):
                guard traceParent == nil else { return nil }
                traceParent = value
            case 10 where name.isField("connection"):
                guard value.isField("keep-alive") else { return nil }
            case 6 where name.isField("expect") || name.isField("origin"),
                7 where name.isField("upgrade"),
                16 where name.isField("content-encoding"),
                17 where name.isField("transfer-encoding"):
                return nil
            default:
                continue
            }
        }
    }
}

extension String {
    /// Whether it is that name, in capitals or not.
    ///
    /// - Parameter name: in lower case: letters and hyphens.
    fileprivate func isField(_ name: StaticString) -> Bool {
        guard utf8.count == name.utf8CodeUnitCount else { return false }
        return zip(utf8, UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)).allSatisfy {
            $0 == $1 || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) && $0 | 0x20 == $1
        }
    }
}

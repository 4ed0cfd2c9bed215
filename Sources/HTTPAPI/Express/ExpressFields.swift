import NIOHTTP1

/// The header fields that bear on a request of the express; nil where one asks for what only the long way does.
struct ExpressFields {
    var authorization: [String] = []
    var contentType: String?
    var requestID: String?
    var traceParent: String?

    init?(_ headers: HTTPHeaders) {
        for (name, value) in headers {
            guard let field = Field(name) else { continue }
            // Some clients put spaces around values, and not every parser takes them off.
            guard value.utf8.first != space, value.utf8.last != space, value.utf8.last != tab else { return nil }
            switch field {
            case .authorization: authorization.append(value)
            case .contentType where contentType == nil: contentType = value
            case .requestID where requestID == nil: requestID = value
            case .traceParent where traceParent == nil: traceParent = value
            case .connection where value.isField("keep-alive"): continue
            default: return nil
            }
        }
    }

    private enum Field {
        case authorization, contentType, requestID, traceParent, connection, other

        /// nil for a field that changes nothing.
        init?(_ name: String) {
            // The length tells nearly all of them apart.
            switch name.utf8.count {
            case 13 where name.isField("authorization"): self = .authorization
            case 12 where name.isField("content-type"): self = .contentType
            case 12 where name.isField("x-request-id"): self = .requestID
            case 11 where name.isField("traceparent"): self = .traceParent
            case 10 where name.isField("connection"): self = .connection
            case 6 where name.isField("expect") || name.isField("origin"),
                7 where name.isField("upgrade"),
                // Whoever knows an answer already may be told that it still holds.
                13 where name.isField("if-none-match"),
                16 where name.isField("content-encoding"),
                17 where name.isField("transfer-encoding"):
                self = .other
            default: return nil
            }
        }
    }
}

private let space = UInt8(ascii: " ")
private let tab = UInt8(ascii: "\t")

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

import Wire

/// Results for machines.
enum Output {
    /// One JSON object on one line.
    static func object(_ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter(reserving: 256)
        writer.beginObject()
        body(&writer)
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension JSONWriter {
    /// An array of objects.
    mutating func array<Element>(
        _ name: StaticString, of elements: some Sequence<Element>, _ body: (inout JSONWriter, Element) -> Void
    ) {
        key(name)
        beginArray()
        for element in elements {
            beginObject()
            body(&self, element)
            endObject()
        }
        endArray()
    }
}

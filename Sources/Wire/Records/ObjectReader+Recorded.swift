internal import Loyalty

/// What was recorded is read as it is: the bounds for callers' input do not apply to it.
extension ObjectReader {
    /// A required text, whatever it is.
    func recordedText(_ name: String) -> String? {
        requiredEntry(name).flatMap { recordedText(at: $0, name) }
    }

    /// An optional text, whatever it is.
    func optionalRecordedText(_ name: String) -> String? {
        entry(name).flatMap { recordedText(at: $0, name) }
    }

    /// What a member is spoken to in.
    func recordedLanguage() -> Language? {
        guard let text = recordedText("language") else { return nil }
        if let language = Language(rawValue: text) { return language }
        fault(at: "language", "must be en or de")
        return nil
    }

    /// Optional texts; none where they are absent.
    func recordedTexts(_ name: String) -> [String] {
        guard let array = entry(name) else { return [] }
        guard document.entries[array].kind == .array else {
            fault(at: name, "must be an array, not \(document.kind(at: array))")
            return []
        }
        var texts: [String] = []
        document.forEachElement(of: array) { index in
            if let text = recordedText(at: index, name) { texts.append(text) }
        }
        return texts
    }

    /// A required whole number.
    func recordedInteger(_ name: String) -> Int64? { integer(name, in: .min ... .max) }

    /// A required whole number that fits the machine's word.
    func recordedInt(_ name: String) -> Int? { recordedInteger(name).map(Int.init) }

    /// A required date.
    func recordedDate(_ name: String) -> CivilDate? {
        requiredEntry(name).flatMap { recordedDate(at: $0, name) }
    }

    /// An optional date.
    func optionalRecordedDate(_ name: String) -> CivilDate? {
        entry(name).flatMap { recordedDate(at: $0, name) }
    }

    /// A required object. `body` asks nothing of the whole (``part(at:_:_:)``).
    func recordedObject<Value>(_ name: String, _ body: (ObjectReader) -> Value?) -> Value? {
        requiredEntry(name).flatMap { part(at: $0, .member(self, name), body) }
    }

    /// An optional object, read in the same way.
    func optionalRecordedObject<Value>(_ name: String, _ body: (ObjectReader) -> Value?) -> Value? {
        entry(name).flatMap { part(at: $0, .member(self, name), body) }
    }

    /// A required array of objects, however many, read in the same way.
    func recordedObjects<Value>(_ name: String, _ body: (ObjectReader) -> Value?) -> [Value]? {
        requiredEntry(name).flatMap { array in
            elements(of: array, name, count: 0...Int.max) { part(at: $0, .element(self, name, $1), body) }
        }
    }

    /// A flag that is false where it is absent.
    func recordedFlag(_ name: String) -> Bool { optionalBool(name) ?? false }

    /// A whole number that is 0 where it is absent.
    func recordedCount(_ name: String) -> Int64 { optionalRecordedInteger(name) ?? 0 }

    /// An optional whole number.
    func optionalRecordedInteger(_ name: String) -> Int64? { optionalInteger(name, in: .min ... .max) }

    /// Optional objects; none where they are absent, nil where one is wrong.
    func optionalRecordedObjects<Value>(_ name: String, _ body: (ObjectReader) -> Value?) -> [Value]? {
        has(name) ? recordedObjects(name, body) : []
    }

    /// A required RFC 3339 instant.
    func recordedTime(_ name: String) -> Instant? {
        requiredEntry(name) == nil ? nil : optionalTime(name).map(Instant.init(micros:))
    }

    /// A required word of an enumeration.
    func recordedCase<Value: CaseIterable & RawRepresentable<String>>(_ name: String, of _: Value.Type) -> Value? {
        word(name, of: Value.allCases.map(\.rawValue)).flatMap(Value.init(rawValue:))
    }

    /// An optional word of an enumeration.
    func optionalRecordedCase<Value: CaseIterable & RawRepresentable<String>>(
        _ name: String, of _: Value.Type
    ) -> Value? {
        optionalWord(name, of: Value.allCases.map(\.rawValue)).flatMap(Value.init(rawValue:))
    }

    /// A required text that stands for something.
    func recorded<Value>(_ name: String, _ detail: String, _ read: (String) -> Value?) -> Value? {
        requiredEntry(name).flatMap { recorded(at: $0, name, detail, read) }
    }

    /// An optional text that stands for something.
    func optionalRecorded<Value>(_ name: String, _ detail: String, _ read: (String) -> Value?) -> Value? {
        entry(name).flatMap { recorded(at: $0, name, detail, read) }
    }

    private func recorded<Value>(
        at index: Int, _ name: String, _ detail: String, _ read: (String) -> Value?
    ) -> Value? {
        if let text = document.text(at: index), let result = read(text) { return result }
        fault(at: name, "must be \(detail)")
        return nil
    }

    /// A required object whose shape has versions of its own: raised to the current one, then read.
    func raised<Value>(
        _ name: String, _ raise: (JSONNode) throws(CodecError) -> JSONNode, _ body: (ObjectReader) -> Value?
    ) -> Value? {
        guard let index = requiredEntry(name) else { return nil }
        do throws(CodecError) {
            let raised = try raise(JSONNode(document: document, index: index))
            let reader = ObjectReader(raised, at: .member(self, name), faults: faults)
            let result = body(reader)
            reader.close()
            return result
        } catch {
            fault(at: name, "is of a version that this server does not know")
            return nil
        }
    }

    private func recordedText(at index: Int, _ name: String) -> String? {
        if let text = document.text(at: index) { return text }
        fault(at: name, "must be a string, not \(document.kind(at: index))")
        return nil
    }

    private func recordedDate(at index: Int, _ name: String) -> CivilDate? {
        if let text = document.text(at: index), let date = CivilDate(text) { return date }
        fault(at: name, "must be a date such as 2026-12-31")
        return nil
    }
}

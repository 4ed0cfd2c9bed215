extension ObjectReader {
    /// A required object, read by `body` and closed after it.
    public func object<Value>(_ name: String, _ body: (ObjectReader) -> Value?) -> Value? {
        required(name).flatMap { nested($0, at: place(of: name), body) }
    }

    /// An optional object, read by `body` and closed after it.
    public func optionalObject<Value>(_ name: String, _ body: (ObjectReader) -> Value?) -> Value? {
        optional(name).flatMap { nested($0, at: place(of: name), body) }
    }

    /// A required array of objects, each read by `body`; nil when there are too few or too many or any is wrong.
    public func objects<Value>(
        _ name: String, count: ClosedRange<Int>, _ body: (ObjectReader) -> Value?
    ) -> [Value]? {
        required(name).flatMap { value in
            elements(value, at: place(of: name), count: count) { nested($0, at: $1, body) }
        }
    }

    /// An optional array of objects, each read by `body`.
    public func optionalObjects<Value>(
        _ name: String, count: ClosedRange<Int>, _ body: (ObjectReader) -> Value?
    ) -> [Value]? {
        optional(name).flatMap { value in
            elements(value, at: place(of: name), count: count) { nested($0, at: $1, body) }
        }
    }

    /// An optional array of texts, each of 1...max characters.
    public func optionalStrings(_ name: String, count: ClosedRange<Int>, max: Int) -> [String]? {
        optional(name).flatMap { value in
            elements(value, at: place(of: name), count: count) { text($0, at: $1, max: max) }
        }
    }

    /// A required sum of money, `{"amount": 1234, "currency": "EUR"}`, in minor units.
    public func money(_ name: String, in range: ClosedRange<Int64>) -> (amount: Int64, currency: String)? {
        object(name) { $0.moneyMembers(in: range) }
    }

    /// An optional sum of money, in minor units.
    public func optionalMoney(_ name: String, in range: ClosedRange<Int64>) -> (amount: Int64, currency: String)? {
        optionalObject(name) { $0.moneyMembers(in: range) }
    }

    /// The members of a sum of money in this object.
    public func moneyMembers(in range: ClosedRange<Int64>) -> (amount: Int64, currency: String)? {
        let amount = integer("amount", in: range)
        let currency = currency("currency")
        guard let amount, let currency else { return nil }
        return (amount, currency)
    }

    private func nested<Value>(
        _ value: JSONValue, at place: JSONPointer, _ body: (ObjectReader) -> Value?
    ) -> Value? {
        let reader = ObjectReader(value, at: place, faults: faults)
        let result = body(reader)
        reader.close()
        return result
    }

    private func elements<Value>(
        _ value: JSONValue, at place: JSONPointer, count: ClosedRange<Int>,
        _ read: (JSONValue, JSONPointer) -> Value?
    ) -> [Value]? {
        guard case .array(let elements) = value else {
            faults.add(at: place, "must be an array, not \(value.kind)")
            return nil
        }
        guard count.contains(elements.count) else {
            faults.add(
                at: place, "must have \(count.lowerBound) to \(count.upperBound) elements, not \(elements.count)")
            return nil
        }
        var values: [Value] = []
        values.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            if let value = read(element, .element(place, index)) { values.append(value) }
        }
        return values.count == elements.count ? values : nil
    }
}

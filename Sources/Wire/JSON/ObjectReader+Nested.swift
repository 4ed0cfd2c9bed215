extension ObjectReader {
    /// A required object, read by `body` and closed after it.
    public func object<Value>(_ name: String, _ body: (ObjectReader) -> Value?) -> Value? {
        requiredEntry(name).flatMap { nested($0, at: .member(self, name), body) }
    }

    /// An optional object, read by `body` and closed after it.
    public func optionalObject<Value>(_ name: String, _ body: (ObjectReader) -> Value?) -> Value? {
        entry(name).flatMap { nested($0, at: .member(self, name), body) }
    }

    /// A required array of objects, each read by `body`; nil when there are too few or too many or any is wrong.
    public func objects<Value>(
        _ name: String, count: ClosedRange<Int>, _ body: (ObjectReader) -> Value?
    ) -> [Value]? {
        requiredEntry(name).flatMap { array in
            elements(of: array, name, count: count) { nested($0, at: .element(self, name, $1), body) }
        }
    }

    /// An optional array of objects, each read by `body`.
    public func optionalObjects<Value>(
        _ name: String, count: ClosedRange<Int>, _ body: (ObjectReader) -> Value?
    ) -> [Value]? {
        entry(name).flatMap { array in
            elements(of: array, name, count: count) { nested($0, at: .element(self, name, $1), body) }
        }
    }

    /// An optional array of texts, each of 1...max characters.
    public func optionalStrings(_ name: String, count: ClosedRange<Int>, max: Int) -> [String]? {
        entry(name).flatMap { array in
            elements(of: array, name, count: count) { text(at: $0, .element(place(of: name), $1), max: max) }
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

    func nested<Value>(_ index: Int, at place: consuming Place, _ body: (ObjectReader) -> Value?) -> Value? {
        let reader = ObjectReader(JSONNode(document: document, index: index), at: place, faults: faults)
        let result = body(reader)
        reader.close()
        return result
    }

    /// Reads each element by its entry and its number.
    func elements<Value>(
        of array: Int, _ name: String, count: ClosedRange<Int>, _ read: (Int, Int) -> Value?
    ) -> [Value]? {
        let entry = document.entries[array]
        guard entry.kind == .array else {
            fault(at: name, "must be an array, not \(document.kind(at: array))")
            return nil
        }
        guard count.contains(entry.count) else {
            fault(at: name, "must have \(count.lowerBound) to \(count.upperBound) elements, not \(entry.count)")
            return nil
        }
        var values: [Value] = []
        values.reserveCapacity(entry.count)
        var number = 0
        document.forEachElement(of: array) { index in
            if let value = read(index, number) { values.append(value) }
            number += 1
        }
        return number == values.count ? values : nil
    }
}

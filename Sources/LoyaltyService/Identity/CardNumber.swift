/// Card numbers made by the programme: 16 digits that begin with 6, the last one a check digit (Luhn, ISO/IEC 7812-1),
/// so that a till notices a slip of the finger.
enum CardNumber {
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return make(using: &generator)
    }

    static func make(using generator: inout some RandomNumberGenerator) -> String {
        var digits = [6] + (0..<14).map { _ in Int.random(in: 0...9, using: &generator) }
        digits.append(checkDigit(of: digits))
        return digits.map(String.init).joined()
    }

    static func checkDigit(of digits: [Int]) -> Int {
        let sum = digits.reversed().enumerated().reduce(0) { sum, place in
            let doubled = place.offset.isMultiple(of: 2) ? place.element * 2 : place.element
            return sum + (doubled > 9 ? doubled - 9 : doubled)
        }
        return (10 - sum % 10) % 10
    }
}

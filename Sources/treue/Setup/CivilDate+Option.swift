import Loyalty

extension CivilDate {
    /// A day that was given as an option.
    ///
    /// - Throws: a fault that names the option.
    init(_ text: String, of option: String) throws {
        guard let day = CivilDate(text), (1970...9998).contains(day.year) else {
            throw Fault(cannot: "\(option) must be a day such as 2026-01-01, not \(text)")
        }
        self = day
    }
}

/// A language that members read.
public enum Language: String, Hashable, Sendable, CaseIterable {
    case english = "en"
    case german = "de"

    /// From a locale such as `de-AT`; English where it is another or none.
    public init(locale: String?) {
        let primary = locale?.prefix { $0 != "-" && $0 != "_" }.lowercased()
        self = primary.flatMap(Language.init(rawValue:)) ?? .english
    }

    /// Only the one that is read is put together.
    func text(_ english: @autoclosure () -> String, _ german: @autoclosure () -> String) -> String {
        self == .english ? english() : german()
    }

    var decimalPoint: String { text(".", ",") }

    /// A day as that language writes it in a sentence.
    func day(_ date: CivilDate) -> String { text(date.description, "\(date.day).\(date.month).\(date.year)") }
}

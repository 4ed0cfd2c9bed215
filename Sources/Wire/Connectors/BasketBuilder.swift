internal import Loyalty

/// Puts an order's lines together: amounts in minor units, every discount on a line, tax and shipping apart.
struct BasketBuilder {
    private let currency: Currency
    private var lines: [ShopLine] = []
    private var tax: Int64 = 0
    private var shipping: Int64 = 0
    private var fees: Int64 = 0

    init(currency: Currency) { self.currency = currency }

    /// Reserved categories, which a programme names to let them earn nothing.
    enum Category {
        static let giftCard = "gift_card"
        static let shipping = "shipping"
        static let tax = "tax"
        static let fee = "fee"
    }

    /// Minor units; a fault where it is too large.
    func minor(_ reader: ShopReader, _ name: String) -> Int64 { minor(reader.money(name), reader, name) }

    func minor(_ amount: ShopDecimal, _ reader: ShopReader, _ name: String) -> Int64 {
        if let minor = amount.minorUnits(digits: currency.digits) { return minor }
        reader.fault(at: name, "is more than an order can come to")
        return 0
    }

    /// The sum over a list; a fault where it is too large, so that sums of sums still fit.
    func total(_ readers: [ShopReader], _ name: String, of owner: ShopReader) -> Int64 {
        let sum = readers.reduce(Int64(0)) { $0 + minor($1, name) }
        if sum.magnitude <= UInt64(ShopOrder.largest) { return sum }
        owner.fault(at: name, "comes to more than an order can")
        return 0
    }

    /// Pieces of one line that are believed.
    private static let mostPieces: Int64 = 1_000_000_000

    /// Adds goods that cost `amount` after discounts, of the price `unitPrice` before them. Lines of one article and price
    /// become one, so that a piece that comes back is taken from what all of them cost.
    mutating func add(_ id: String, _ line: Line, amount: Int64) {
        guard 1...Self.mostPieces ~= line.quantity else { return }
        var line = line
        let (gross, overflow) = line.quantity.multipliedReportingOverflow(by: line.unitPrice)
        guard !overflow else { return }
        line.discount = min(max(0, gross - amount), gross)
        let same = lines.firstIndex {
            $0.line.sku == line.sku && $0.line.unitPrice == line.unitPrice && $0.line.categories == line.categories
        }
        guard let same else { return lines.append(ShopLine(ids: [id], line: line)) }
        lines[same].ids.append(id)
        lines[same].line.quantity += line.quantity
        lines[same].line.discount += line.discount
    }

    mutating func add(tax amount: Int64) { tax += amount }
    mutating func add(shipping amount: Int64) { shipping += amount }
    mutating func add(fee amount: Int64) { fees += amount }

    /// Takes a discount on the whole order off its goods, by what each costs; what does not divide goes to the largest
    /// remainders, the first of equal ones. Nothing is lost and nothing made. Gift cards are money, and cost what they say.
    mutating func spread(discount: Int64) {
        let open = lines.indices.filter {
            lines[$0].amount > 0 && !lines[$0].line.categories.contains(Category.giftCard)
        }
        let total = open.reduce(Int64(0)) { $0 + lines[$1].amount }
        let discount = min(discount, total)
        guard discount > 0 else { return }
        var shares = open.map { index in
            let (share, rest) = (Int128(discount) * Int128(lines[index].amount)).quotientAndRemainder(
                dividingBy: Int128(total))
            return (index: index, share: Int64(share), rest: rest)
        }
        let missing = discount - shares.reduce(0) { $0 + $1.share }
        let neediest = shares.indices.sorted { (shares[$1].rest, $0) < (shares[$0].rest, $1) }
        for place in neediest.prefix(Int(missing)) { shares[place].share += 1 }
        for share in shares { lines[share.index].line.discount += share.share }
    }

    /// The lines. Tax, shipping and fees are so many minor units at one minor unit each: any part of them can come back.
    func build() -> [ShopLine] {
        lines
            + [("shipping", shipping, Category.shipping), ("tax", tax, Category.tax), ("fee", fees, Category.fee)]
            .filter { $0.1 > 0 }
            .map { ShopLine(ids: [], line: Line(sku: $0, quantity: $1, unitPrice: 1, categories: [$2])) }
    }

    /// What all goods cost so far.
    var goods: Int64 { lines.reduce(0) { $0 + $1.amount } }
}

extension ShopLine {
    /// What was paid for it, in minor units.
    var amount: Int64 { line.amount ?? 0 }
}

@testable import Loyalty

/// What is left of an order.
struct NaiveOrder {
    struct Row {
        var line: Line
        var pieces: Int64
        var money: Int64
    }

    let version: ProgrammeVersion
    var rows: [Row]

    init(_ lines: [Line], _ version: ProgrammeVersion) {
        self.version = version
        rows = lines.map {
            Row(line: $0, pieces: $0.quantity, money: $0.quantity * $0.unitPrice - $0.discount)
        }
    }

    func isOut(_ line: Line) -> Bool { line.categories.contains { version.excludedCategories.contains($0) } }

    /// What may earn, when so much was paid with points.
    func earningRows(paidWithPoints paid: Int64) -> [Row] {
        var order = self
        order.takeMoney(paid)
        return order.rows.filter { !isOut($0.line) && $0.money > 0 }
    }

    func has(_ goods: PurchaseReturn.Goods) -> Bool {
        switch goods {
        case .amount(let money): return money <= rows.reduce(0) { $0 + $1.money }
        case .lines(let lines):
            var order = self
            for line in lines {
                let same = order.rows.filter { $0.line.sku == line.sku }
                if same.reduce(0, { $0 + $1.pieces }) < line.quantity { return false }
                if !same.contains(where: { $0.line.unitPrice >= line.unitPrice }) { return false }
                order.take(line)
            }
            return true
        }
    }

    mutating func take(_ goods: PurchaseReturn.Goods) {
        switch goods {
        case .amount(let money): takeMoney(money)
        case .lines(let lines): for line in lines { take(line) }
        }
    }

    /// Off the lines that are not excluded, in their order, then off the others.
    private mutating func takeMoney(_ money: Int64) {
        var left = money
        let order = rows.indices.filter { !isOut(rows[$0].line) } + rows.indices.filter { isOut(rows[$0].line) }
        for index in order {
            let part = min(left, rows[index].money)
            rows[index].money -= part
            left -= part
        }
    }

    /// Off the lines of the same sku, those of the same price first; the money follows the pieces.
    private mutating func take(_ line: Line) {
        var pieces = line.quantity
        var money = line.quantity * line.unitPrice - line.discount
        let same = rows.indices.filter { rows[$0].line.sku == line.sku && rows[$0].pieces > 0 }
        let order =
            same.filter { rows[$0].line.unitPrice == line.unitPrice }
            + same.filter { rows[$0].line.unitPrice != line.unitPrice }
        for index in order where pieces > 0 {
            let part = min(pieces, rows[index].pieces)
            let share = money * part / pieces
            rows[index].pieces -= part
            rows[index].money -= min(share, rows[index].money)
            pieces -= part
            money -= share
        }
    }
}

import Foundation
import Testing

extension Acceptance {
    @Suite struct Simulate {
        private func programme(_ rate: String) -> String {
            """
            id: corner-shop
            currencies: [GBP]
            enrolment: automatic
            versions:
              - earning: [{id: base, points: \(rate), per: 1.00}]
            """
        }

        @Test(
            "a draft is judged on the command line: as a table, CSV, JSON and a page; and what is wrong ends with 1 or 2"
        )
        func commandLine() async throws {
            let place = try Place()
            let live = try place.file("live.yaml", programme("1"))
            let draft = try place.file("draft.yaml", programme("3"))
            #expect(try await place.treue("programme", "publish", live).code == 0)
            let sales = (1...5).map { Sale(id: "\($0)", member: "m\($0 % 2)", currency: "GBP").json }
            #expect(
                try await place.treue(
                    "import", try place.file("sales.ndjson", sales.joined(separator: "\n") + "\n")
                ).code == 0)
            let same = try await place.treue("programme", "simulate", live, "--pace", "100", "--json")
            #expect(same.code == 0, "\(same.errors)")
            #expect(try same.json["members_unchanged"] == 2)
            let page = place.path("page.html")
            let told = try await place.treue("programme", "simulate", draft, "--pace", "100", "--json", "--html", page)
            #expect(told.code == 0, "\(told.errors)")
            let total = try told.json["totals"][0]
            #expect(total["issued_draft"].number == total["issued_today"].number.map { 3 * $0 })
            #expect(try told.json["members_winning"] == 2)
            let html = try String(contentsOfFile: page, encoding: .utf8)
            #expect(html.contains("<svg") && html.hasSuffix("</html>\n") && !html.contains("//"))
            let csv = try await place.treue(
                "programme", "simulate", draft, "--pace", "100", "--csv", "--table", "members")
            #expect(csv.output.hasPrefix("member_id,wallet,gained_today,gained_draft,difference\r\n"))
            #expect(csv.output.split(separator: "\r\n").count == 3)
            let table = try await place.treue("programme", "simulate", draft, "--from", "2099-01-01", "--pace", "100")
            #expect(table.code == 0 && table.output.contains("2 members with"), "\(table.output)\(table.errors)")
            let wrong = try place.file("wrong.yaml", "id: corner-shop\ncurrencies: [GBP]\nversions: [{earnings: []}]\n")
            let other = try place.file("other.yaml", programme("1").replacing("corner-shop", with: "other"))
            #expect(try await place.treue("programme", "simulate", wrong).code == 1)
            #expect(try await place.treue("programme", "simulate", other).code == 1)
            #expect(try await place.treue("programme", "simulate", draft, "--from", "soon").code == 2)
        }
    }
}

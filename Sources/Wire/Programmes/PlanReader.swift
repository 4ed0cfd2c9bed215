internal import Loyalty
internal import Yams

/// Reads paid memberships.
struct PlanReader {
    let context: VersionContext

    func plans(_ version: MappingReader) -> [Plan] {
        context.list("plans", of: version, atMost: 50, "plan", one: "a plan") { reader, id in
            let name = reader.text("name") ?? id
            let fee = reader.required("fee").flatMap { reader.money("fee", of: $0, in: context.currency) }
            let months = reader.requiredWhole("months", in: 1...120)
            let tier = reader.name("tier", context.tiers)
            let benefits = context.benefits(reader)
            guard let fee, let months else { return nil }
            return Plan(id: id, name: name, fee: fee, termMonths: Int(months), tier: tier, benefits: benefits)
        }
    }
}

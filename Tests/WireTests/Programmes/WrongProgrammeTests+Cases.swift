extension WrongProgrammeTests {
    static let programmes: [Case] = [
        Case(
            "id: p\n", "id: My Shop\n",
            "1: `id` must be of small letters, digits, _ and -, and begin with a letter or digit, not `My Shop`"),
        Case("id: p\n", "name: p\n", "1: `id` is required"),
        Case("[EUR, USD]", "[EUR, XXY]", "2: `currencies` must be ISO 4217 codes such as EUR, not `XXY`"),
        Case("[EUR, USD]", "[EUR, EUR]", "2: the currency EUR is given twice"),
        Case(
            "[EUR, USD]", "[EUR, JPY]",
            "2: JPY has 0 digits behind the point and EUR has 2: one rate cannot serve both, they need programmes of their own"
        ),
        Case("[EUR, USD]", "EUR", "2: `currencies` must be a list, not `EUR`"),
        Case("[EUR, USD]", "[]", "2: `currencies` must have 1 to 50 elements, not 0"),
        Case(
            "automatic", "automatc",
            "3: `enrolment` must be explicit or automatic, not `automatc`; did you mean \"automatic\"?"),
        Case("enrolment:", "enrollment:", "3: `enrollment` is not a known key; did you mean \"enrolment\"?"),
        Case(
            "enrolment: automatic", "time_zone: Europe/Londn",
            "3: `time_zone` must be an IANA time zone such as Europe/London, not `Europe/Londn`; did you mean \"Europe/London\"?"
        ),
        Case(
            "from: 2020-01-01", "from: 2020-13-01",
            "5: `from` must be a date such as 2026-01-31 or a time such as 2026-01-31T09:00:00+01:00, not `2020-13-01`"),
        Case("id: stamps, m", "id: points, m", "8: the wallet `points` is given twice"),
        Case("id: stamps, m", "id: spend, m", "8: a wallet must not be called `spend`: that is a metric of tiers"),
        Case("{months: 12, then: next_month}", "sometimes", "7: `expiry` must be never, not `sometimes`"),
        Case(
            "{months: 12, then: next_month}", "{}",
            "7: `expiry` must be never, or say inactivity_months, years, months or days"),
        Case(
            "then: next_month", "then: next_moth",
            "7: `then` must be next_month, next_quarter, next_year or a day such as \"09-30\", not `next_moth`; did you mean \"next_month\"?"
        ),
        Case(
            "then: next_month", "then: \"02-30\"",
            "7: `then` must be next_month, next_quarter, next_year or a day such as \"09-30\", not `02-30`"),
        Case(
            "{months: 12, then", "{inactivity_months: 12, then",
            "7: `then` does not go with inactivity_months: they are two kinds of expiry"),
        Case(
            "{months: 12, then", "{months: 0, then", "7: `months` must be a whole number, between 1 and 1200, not `0`"),
        Case(
            "matures_after_days: 14}", "matures_after_days: 14, matures_on: delivered}",
            "8: `matures_on` does not go with matures_after_days: points become available in one way"),
        Case("    earning:\n", "    earnings:\n", "9: `earnings` is not a known key; did you mean \"earning\"?"),
    ]

    static let earning: [Case] = [
        Case(
            "points: 1, per: 2,", "points: one, per: 2,",
            "10: `points` must be a number with at most 6 digits behind the point, between 0 and 1000000, not `one`"),
        Case(
            "points: 1, per: 2,", "points: \"1\", per: 2,",
            "10: `points` must be a number with at most 6 digits behind the point, between 0 and 1000000, not `1`"),
        Case("points: 1, per: 2,", "points: 1, per: 0,", "10: `per` must be greater than 0"),
        Case(
            "points: 1, per: 2,", "points: 1, per: 0.005,",
            "10: `per` must be a number with at most 2 digits behind the point, between 0 and 1000000, not `0.005`"),
        Case(
            "points: 1, per: 2, by_tier: {gold: 2}", "round: up",
            "10: an earning rule must have either `points`, `multiplier` or `accumulate`"),
        Case(
            "points: 1, per: 2,", "points: 1, multiplier: 2, per: 2,",
            "10: an earning rule must have either `points`, `multiplier` or `accumulate`"),
        Case(
            "{gold: 2}", "{gld: 2}",
            "10: `gld` is not a tier of this version, which has base, gold, vip; did you mean \"gold\"?"),
        Case("id: triple", "id: base", "11: the earning rule `base` is given twice"),
        Case("multiplier: 2.5", "multiplier: 1", "11: `multiplier` must be greater than 1"),
        Case(
            "multiplier: 2.5", "multiplier: 2.5555",
            "11: `multiplier` must be a number with at most 3 digits behind the point, between 1 and 1000, not `2.5555`"
        ),
        Case(
            "multiplier: 2.5,", "multiplier: 2.5, per: 1,",
            "11: `per` belongs to a rule with points, not to a multiplier"),
        Case(
            "multiplier: 2.5,", "multiplier: 2.5, round: up,",
            "11: `round` belongs to a rule with points, not to a multiplier"),
        Case("until: 2026-11-08", "until: 2026-10-08", "11: `until` must be later than `from`"),
        Case(
            "from: 2026-11-01", "from: 1.11.2026",
            "11: `from` must be a date such as 2026-01-31 or a time such as 2026-01-31T09:00:00+01:00, not `1.11.2026`"),
        Case(
            "[monday]", "[mondy]",
            "11: `weekdays` must be monday or tuesday or wednesday or thursday or friday or saturday or sunday, not `mondy`; did you mean \"monday\"?"
        ),
        Case("16:00-18:00", "16-18", "11: `hours` must be two times such as \"16:00-18:00\", not `16-18`"),
        Case(
            "16:00-18:00", "22:00-02:00",
            "11: `hours` must end after they begin, not `22:00-02:00`: over midnight they are two rules"),
        Case("hours:", "hour:", "11: `hour` is not a known key; did you mean \"hours\"?"),
        Case(
            "points_per: item", "points_per: basket",
            "12: `points_per` must be order or line or item or visit, not `basket`"),
        Case(
            "points_per: item,", "points_per: item, per: 1,",
            "12: `per` belongs to a rule with points, not to one with points_per"),
        Case(
            "points: 1, points_per", "points: 1.5, points_per",
            "12: `points` must be a whole number, between 1 and 1000000, not `1.5`"),
        Case(
            "wallet: stamps", "wallet: stamp",
            "12: `stamp` is not a wallet of this version, which has points, stamps; did you mean \"stamps\"?"),
        Case(
            "minimum: 2.50", "minimum: 2.505",
            "12: `minimum` must be a number with at most 2 digits behind the point, between 0 and 1000000000, not `2.505`"
        ),
        Case("{sku: a}", "{quantity: 1}", "13: a part of a set must have one of sku, category or brand"),
        Case("{sku: a}, ", "{sku: a, brand: c}, ", "13: a part of a set must have one of sku, category or brand"),
        Case("cap: {points: 3000, per: life}", "cap: {points: 3000}", "14: `per` is required"),
        Case(
            "cap: {points: 3000, per: life}", "cap: {points: 3000, per: week}",
            "14: `per` must be day or month or year or life, not `week`"),
        Case(
            "cap: {points: 3000, per: life}", "cap: {points: 3000, per: day}",
            "14: `cap` of a rule that accumulates must be per life: it gives what is due of one growing total"),
        Case(
            "cap: {points: 3000, per: life}", "budget: {points: 3000, per: life}",
            "14: a rule that accumulates has no `budget`: it gives what is due of one growing total"),
        Case(
            "points: 1, points_per", "budget: {points: 0, per: life}, points: 1, points_per",
            "12: `points` must be a whole number, between 1 and 1000000000, not `0`"),
        Case(
            "unless: [set]", "unless: [later]",
            "14: `later` is not an earlier earning rule of this version, which has base, triple, stamp, set"),
        Case(
            "id: review", "id: Review",
            "15: `id` must be of small letters, digits, _ and -, and begin with a letter or digit, not `Review`"),
        Case(
            "points: 5, cap", "points: 0.5, cap",
            "15: `points` must be a whole number, between 1 and 1000000000, not `0.5`"),
        Case("[{id: review, ", "[{id: review, points: 6}, {id: review, ", "15: the activity `review` is given twice"),
        Case(
            "points: 100, tiers", "points: 100, expiry: {inactivity_months: 3}, tiers",
            "16: `expiry` of a rule cannot be inactivity: a wallet lapses as a whole, say it there"),
        Case("occasion: birthday", "occasion: easter", "16: `occasion` must be birthday or anniversary, not `easter`"),
        Case("friend_points: 3", "friends_points: 3", "17: `friend_points` is required"),
    ]

    static let tiers: [Case] = [
        Case(
            "metrics: [spend, stamps]", "metrics: [spend, nights]",
            "19: `nights` is not a metric (spend, orders or a wallet) of this version, which has spend, orders, points, stamps"
        ),
        Case(
            "metrics: [spend, stamps]", "metric: spend\n      metrics: [spend, stamps]",
            "20: either `metric` or `metrics`, not both"),
        Case(
            "{end_of_month: 2, years_after: 2}", "{end_of_month: 13}",
            "20: `end_of_month` must be a whole number, between 1 and 12, not `13`"),
        Case(
            "{end_of_month: 2, years_after: 2}", "{}",
            "20: `validity` must be forever, or say one of periods, months or end_of_month"),
        Case(
            "{end_of_month: 2, years_after: 2}", "{months: 2, years_after: 2}",
            "20: `years_after` belongs to end_of_month"),
        Case(
            "      validity: {end_of_month: 2, years_after: 2}", "      period: lifetime\n      validity: {periods: 1}",
            "21: `periods` needs a period of whole years: with a rolling or lifetime period say `validity: {months: 12}`, `{end_of_month: 12}` or `forever`"
        ),
        Case(
            "{end_of_month: 2, years_after: 2}", "{end_of_month: 2}\n      valid_years: 2",
            "20: either `validity` or `valid_years`, not both"),
        Case(
            "{id: base}", "{id: base, spend: 5}", "21: `spend` must be absent in the first tier: everybody begins there"
        ),
        Case("spend: 99.50, stamps: 5,", "spend: 99.50,", "21: `stamps` is required"),
        Case(
            "spend: 99.50, stamps: 5,", "spend: 0, stamps: 0,",
            "21: `spend` must be more than that of the tier below: tiers go from low to high"),
        Case(
            "spend: 200", "spend: 99.50",
            "21: `spend` must be more than that of the tier below: tiers go from low to high"),
        Case(
            "spend: 200, stamps: 5", "spend: 200, stamps: 4",
            "21: `stamps` must be more than that of the tier below: tiers go from low to high"),
        Case("spend: 200,", "granted: true, spend: 200,", "21: `spend` must be absent in a tier that is only granted"),
        Case("{id: vip, ", "{id: gold, ", "21: the tier `gold` is given twice"),
        Case("[lounge]", "[lounge, {name: x}]", "21: `id` is required"),
    ]

    static let rewards: [Case] = [
        Case(
            "fee: 62.90", "fee: 62.901",
            "22: `fee` must be a number with at most 2 digits behind the point, between 0 and 1000000000, not `62.901`"),
        Case("months: 12, tier: gold", "tier: gold", "22: `months` is required"),
        Case(
            "tier: gold}]", "tier: golden}]",
            "22: `golden` is not a tier of this version, which has base, gold, vip; did you mean \"gold\"?"),
        Case(
            "point_price: 0.01", "point_price: cheap",
            "23: `point_price` must be a number with at most 8 digits behind the point, between 0 and 1000, not `cheap`"
        ),
        Case(
            "kind: cash", "kind: money",
            "25: `kind` must be discount or cash or voucher or product or donation or upgrade, not `money`"),
        Case(", value: 5.00", "", "25: `value` is required: money is what this kind of reward gives"),
        Case("value: 5.00", "value: 5.00, co_payment: 1", "25: `co_payment` belongs to goods, not to money"),
        Case("value: 5.00", "value: 5.00, months: 1", "25: `months` belongs to a reward of kind upgrade"),
        Case(
            "value: 5.00", "value: 5.00, wallet: cash",
            "25: `cash` is not a wallet of this version, which has points, stamps"),
        Case(
            "plans: [card]", "plans: [cards]",
            "25: `cards` is not a plan of this version, which has card; did you mean \"card\"?"),
        Case(
            ", tier: gold, months: 3", ", tier: gold",
            "26: `months` is required: an upgrade is a tier for so many months"),
        Case("id: up", "id: cash", "26: the reward `cash` is given twice"),
        Case(
            "points: 100, automatic", "points: 0, automatic",
            "27: `automatic` needs a price of at least 1 point: what is free would be redeemed for ever"),
        Case(
            "automatic: true", "automatic: true, stock: 5",
            "27: `automatic` does not go with `stock`, which is reserved by whoever asks for it"),
        Case(
            "automatic: true", "automatic: true, per_order: 1",
            "27: `automatic` does not go with an order, a co-payment or money off: nobody stands at a till then"),
        Case("automatic: true", "automatic: yes", "27: `automatic` must be true or false, not `yes`"),
        Case(
            "valid_days: 9}", "valid_days: 9, codes: pool}",
            "27: `automatic` does not go with codes out of a pool, which may be empty by then"),
        Case("valid_days: 9", "codes: guessed", "27: `codes` must be generated or pool, not `guessed`"),
    ]

    static let policies: [Case] = [
        Case("debt: owe", "debt: forgive", "28: `debt` must be owe or waive, not `forgive`"),
        Case(
            "without_receipt: take", "without_receipt: no",
            "28: `without_receipt` must be take or ignore or refuse, not `no`"),
        Case("reasons: [late]", "reasons: [late, late]", "29: the reason `late` is given twice"),
        Case(
            "approval_above: 100", "approval_above: -1",
            "29: `approval_above` must be a whole number, between 0 and 1000000000, not `-1`"),
        Case("allowed: true", "allowed: sometimes", "30: `allowed` must be true or false, not `sometimes`"),
        Case("minimum: 200", "minimum: 0", "31: `minimum` must be a whole number, between 1 and 1000000000, not `0`"),
    ]

    static let examples: [Case] = [
        Case(
            "buys: 4.00, ", "",
            "34: an event must have one of buys, returns, activity, redeems, confirms, cancels, uses_voucher, adjusts, transfers, subscribes, renews, unsubscribes, refunds, grants, friend_buys, friend_returns"
        ),
        Case("on: 2026-01-01, buys", "buys", "34: `on` is required"),
        Case(
            "redeems: cash", "redeems: cahs",
            "34: `cahs` is not a reward of this version, which has cash, up, code; did you mean \"cash\"?"),
        Case(
            "earns: 2", "earns: two",
            "34: `earns` must be a whole number, between -1000000000000 and 1000000000000, not `two`"),
        Case(
            "tier: base", "tier: bass",
            "35: `bass` is not a tier of this version, which has base, gold, vip; did you mean \"base\"?"),
        Case(
            "{stamps: 0}", "{stamp: 0}",
            "35: `stamp` is not a wallet of this version, which has points, stamps; did you mean \"stamps\"?"),
        Case(
            "at: 2026-01-02", "at: tomorrow",
            "35: `at` must be a date such as 2026-01-31 or a time such as 2026-01-31T09:00:00+01:00, not `tomorrow`"),
        Case("- name: a purchase", "- title: a purchase", "33: `name` is required"),
    ]
}

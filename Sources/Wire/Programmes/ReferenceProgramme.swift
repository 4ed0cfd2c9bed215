/// The programme that a server without any publishes at its first start.
public enum ReferenceProgramme {
    /// The name of its file.
    public static let name = "sephora.yaml"

    /// Its YAML: the same bytes as `examples/programmes/sephora.yaml`, which the tests compare.
    public static let yaml = """
        # yaml-language-server: $schema=../../schema/programme.schema.json
        # Sephora Beauty Insider, as its rules were published: the reference programme, and an example to start from.
        #
        # A purchase is judged by the version in force when it happened, so old versions stay in the file for good.
        # `treue programme test` runs the examples at the end.
        id: sephora-beauty-insider
        name: Sephora Beauty Insider
        time_zone: America/Los_Angeles # years, birthdays and dates are days there; the default is UTC
        currencies: [USD] # spend is counted in the first one
        enrolment: explicit # with `automatic`, whoever buys becomes a member

        versions:
          # The first version reaches back without bound.
          - from: 2017-01-01
            excluded_categories: [gift_card, shipping, tax, event_ticket] # these never earn and never count
            earning:
              - id: base
                points: 1
                per: 1.00 # for each dollar
                by_tier: {vib: 1.25, rouge: 1.5}
            expiry: {inactivity_months: 18} # the whole balance, after so long without a purchase or redemption
            tiers:
              metric: spend
              period: calendar_year
              valid_years: 1 # the rest of the year in which it was reached, and one whole year more
              levels:
                - {id: insider, name: Insider}
                - {id: vib, name: VIB, spend: 350}
                - {id: rouge, name: Rouge, spend: 1000}

          - from: 2020-05-29
            excluded_categories: [gift_card, shipping, tax, event_ticket]
            earning:
              - id: base
                points: 1
                per: 1.00
              # A multiplier event is one more rule. Dates are days in the time zone; `until` is the first day on which it no
              # longer holds. Of several that match a line, the highest counts.
              - id: triple-skincare
                multiplier: 3
                when: {from: 2021-08-06, until: 2021-08-09, channels: [online], categories: [skincare]}
            expiry: {inactivity_months: 12}
            tiers:
              metric: spend
              period: calendar_year
              valid_years: 1
              levels:
                - {id: insider, name: Insider}
                - {id: vib, name: VIB, spend: 350}
                - {id: rouge, name: Rouge, spend: 1000}
            rewards:
              - id: cash
                name: Beauty Insider Cash
                kind: discount # money off the order
                points: 500
                value: 10.00
                per_order: 1
                when: {minimum_order: 10.00}
              - id: rouge-reward
                name: Rouge Reward
                kind: voucher
                points: 2500
                value: 100.00
                voucher: {valid_days: 90}
                when: {tiers: [rouge]}
              - id: birthday-gift
                name: Birthday gift
                kind: product
                points: 0
                per_member: {count: 1, per: year}
                when: {birthday_month: true}

        # What is given happens in this order to one member; a date means noon. `at` is the end of a day.
        examples:
          - name: a VIB buys for 80 dollars in 2019, and the points are those of the tier
            given:
              - {on: 2019-02-01, buys: 350.00, earns: 350}
              - {on: 2019-03-01, buys: 80.00, earns: 100}
            expect:
              - {at: 2019-03-01, points: 450, tier: vib}

          - name: a VIB buys for 80 dollars in 2026, and the points are the same in every tier
            given:
              - {on: 2026-02-01, buys: 350.00, earns: 350}
              - {on: 2026-03-01, buys: 80.00, earns: 80}
            expect:
              - {at: 2026-03-01, points: 430, tier: vib}

          - name: the purchase that crosses the line earns at the old rate, and the next one at the new
            given:
              - {on: 2019-02-01, buys: 1000.00, earns: 1000}
              - {on: 2019-02-02, buys: 10.00, earns: 15}
            expect:
              - {at: 2019-02-01, tier: rouge, valid_until: 2020-12-31}

          - name: VIB reached in January 2022 is valid until the end of 2023
            given:
              - {on: 2022-01-10, buys: 350.00}
            expect:
              - {at: 2022-01-10, tier: vib, valid_until: 2023-12-31}
              - {at: 2023-12-31, tier: vib}
              - {at: 2024-01-01, tier: insider, valid_until: forever}

          - name: 300 dollars by the end of November and 60 in December 2025 make a VIB at once
            given:
              - {on: 2025-11-30, buys: 300.00}
              - expect: {tier: insider, qualifying: {spend: 300.00}}
              - {on: 2025-12-10, buys: 60.00, earns: 60}
            expect:
              - {at: 2025-12-10, tier: vib, valid_until: 2026-12-31, qualifying: {spend: 360.00}}

          - name: Rouge from 2025 with 400 dollars in 2026 falls to VIB for 2027
            given:
              - {on: 2025-06-01, buys: 1000.00}
              - {on: 2026-05-01, buys: 400.00}
            expect:
              - {at: 2026-12-31, tier: rouge, valid_until: 2026-12-31}
              - {at: 2027-01-01, tier: vib, valid_until: 2027-12-31}

          - name: Beauty Insider Cash takes ten dollars off an order, once
            given:
              - {on: 2026-03-01, buys: 1240.00, earns: 1240}
              - {on: 2026-03-02, redeems: cash, order: "17", order_total: 24.50, worth: 10.00}
              - {on: 2026-03-02, redeems: cash, order: "17", order_total: 24.50, refused: not_eligible}
              - {on: 2026-03-03, redeems: cash, order: "18", order_total: 9.99, refused: not_eligible}
            expect:
              - {at: 2026-03-03, points: 740}

          - name: what Cash pays earns nothing
            given:
              - {on: 2026-03-01, buys: 500.00}
              - {on: 2026-03-02T10:00:00-08:00, redeems: cash, order: "17", order_total: 24.50, hold: true, as: ten, worth: 10.00}
              - {on: 2026-03-02T10:05:00-08:00, buys: 24.50, order: "17", redemption: ten, earns: 14}
            expect:
              - {at: 2026-03-02, points: 14, reserved: 0}

          - name: a balance of 30 goes to -70 when an item comes back that had earned 100
            given:
              - {on: 2026-03-01, buys: 100.00, order: "1"}
              - {on: 2026-03-02, buys: 430.00, order: "2"}
              - {on: 2026-03-03, redeems: cash, order: "3", order_total: 24.50}
              - expect: {points: 30}
              - {on: 2026-03-04, returns: 100.00, order: "1", earns: -100}
            expect:
              - {at: 2026-03-04, points: -70}

          - name: what is owed is paid by what is earned next
            given:
              - {on: 2026-03-01, buys: 500.00, order: "1"}
              - {on: 2026-03-03, redeems: cash, order: "2", order_total: 24.50}
              - {on: 2026-03-04, returns: 500.00, order: "1", earns: -500}
              - {on: 2026-03-05, buys: 200.00, earns: 200}
            expect:
              - {at: 2026-03-04, points: -500}
              - {at: 2026-03-05, points: -300}

          - name: everything lapses a year after the last activity
            given:
              - {on: 2025-01-10, buys: 40.00}
              - {on: 2025-03-15, buys: 60.00}
            expect:
              - {at: 2026-03-14, points: 100}
              - {at: 2026-03-15, points: 0}

          - name: in the version of 2017 it takes 18 months
            given:
              - {on: 2018-01-31, buys: 40.00}
            expect:
              - {at: 2019-07-30, points: 40}
              - {at: 2019-07-31, points: 0}

          - name: 50 dollars in a 3x event are 150 points
            given:
              - {on: 2021-08-06, buys: 50.00, channel: online, categories: [skincare], earns: 150}
              - {on: 2021-08-07, buys: 50.00, channel: online, categories: [make-up], earns: 50}
              - {on: 2021-08-08, buys: 50.00, channel: store, categories: [skincare], earns: 50}
              - {on: 2021-08-09, buys: 50.00, channel: online, categories: [skincare], earns: 50}
            expect:
              - {at: 2021-08-09, points: 300, qualifying: {spend: 200.00}}

          - name: gift cards, shipping, tax and tickets neither earn nor count
            given:
              - on: 2026-04-01
                buys:
                  - {sku: lipstick, price: 20.00, quantity: 2, discount: 4.00}
                  - {sku: card, price: 50.00, categories: [gift_card]}
                  - {sku: parcel, price: 5.00, categories: [shipping]}
                  - {sku: tax, price: 3.00, categories: [tax]}
                  - {sku: masterclass, price: 75.00, categories: [event_ticket]}
                earns: 36
            expect:
              - {at: 2026-04-01, points: 36, qualifying: {spend: 36.00}}

          - name: the Rouge Reward is for Rouge alone
            given:
              - {on: 2026-01-05, buys: 900.00}
              - {on: 2026-01-06, redeems: rouge-reward, refused: not_eligible}
              - {on: 2026-01-07, buys: 1600.00}
              - {on: 2026-01-08, redeems: rouge-reward, worth: 100.00, as: hundred}
              - {on: 2026-02-01, uses_voucher: hundred}
              - {on: 2026-02-02, uses_voucher: hundred, refused: voucher_used}
            expect:
              - {at: 2026-01-08, points: 0, tier: rouge, vouchers: 1}

          - name: a Rouge Reward that is not used ends after 90 days
            given:
              - {on: 2026-01-05, buys: 2500.00}
              - {on: 2026-01-06, redeems: rouge-reward, as: hundred}
              - {on: 2026-04-07, uses_voucher: hundred, refused: voucher_expired}

          - name: one gift in the month of the birthday
            member: {enrolled: 2026-01-01, birthday: "05-12"}
            given:
              - {on: 2026-04-30, redeems: birthday-gift, refused: not_eligible}
              - {on: 2026-05-01, redeems: birthday-gift}
              - {on: 2026-05-20, redeems: birthday-gift, refused: not_eligible}
              - {on: 2027-05-31, redeems: birthday-gift}

          - name: a purchase of last December that arrives in January counts for last December
            given:
              - {on: 2025-11-30, buys: 300.00}
              - {on: 2026-01-05, buys: 20.00, earns: 20}
              - {on: 2025-12-10, buys: 60.00, earns: 60}
            expect:
              - {at: 2025-12-10, tier: vib, valid_until: 2026-12-31}
              - {at: 2026-01-05, tier: vib, points: 380, qualifying: {spend: 20.00}}

          - name: yesterday's purchase, delivered when the rules have changed, earns yesterday's rate
            given:
              - {on: 2020-05-01, buys: 350.00}
              - {on: 2020-05-30, buys: 80.00, earns: 80}
              - {on: 2020-05-28, buys: 80.00, earns: 100}

          - name: without a receipt a return takes what a sale would earn now
            given:
              - {on: 2026-03-01, buys: 100.00}
              - {on: 2026-03-05, returns: 30.50, earns: -30}
            expect:
              - {at: 2026-03-05, points: 70, qualifying: {spend: 69.50}}

          - name: a return that arrives before its sale waits for it
            given:
              - {on: 2026-03-05, returns: 40.00, order: "1", earns: 0}
              - expect: {points: 0}
              - {on: 2026-03-01, buys: 100.00, order: "1", earns: 100}
            expect:
              - {at: 2026-03-04, points: 100}
              - {at: 2026-03-05, points: 60, qualifying: {spend: 60.00}}

          - name: what a returned order had paid for is owed, however late it comes back
            given:
              - {on: 2026-01-10, buys: 500.00, order: "1"}
              - {on: 2026-02-10, redeems: cash, order: "2", order_total: 20.00}
              - {on: 2026-02-11, buys: 80.00, order: "3", earns: 80}
              - {on: 2026-02-12, returns: 500.00, order: "1", earns: -500}
            expect:
              - {at: 2026-02-12, points: -420, tier: vib, valid_until: 2027-12-31, qualifying: {spend: 80.00}}

        """
}

/// The programme that a server without any publishes at its first start.
public enum ReferenceProgramme {
    /// The name of its file.
    public static let name = "sephora.yaml"

    /// Its YAML: the same bytes as `examples/programmes/sephora.yaml`, which the tests compare.
    public static let yaml = """
        # Sephora Beauty Insider, as its rules were published: the reference programme, and an example to start from.
        #
        # A purchase is judged by the version in force when it happened, so old versions stay in the file for good.
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
              #
              # - id: triple-skincare
              #   multiplier: 3
              #   when: {from: 2026-11-01, until: 2026-11-08, channels: [online], categories: [skincare]}
            expiry: {inactivity_months: 12}
            tiers:
              metric: spend
              period: calendar_year
              valid_years: 1
              levels:
                - {id: insider, name: Insider}
                - {id: vib, name: VIB, spend: 350}
                - {id: rouge, name: Rouge, spend: 1000}

        """
}

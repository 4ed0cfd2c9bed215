import Loyalty
import Wire

extension Profile {
    /// As it is sealed: a JSON object.
    func encoded() -> [UInt8] {
        var writer = JSONWriter(reserving: 256)
        writer.beginObject()
        func member(_ name: StaticString, _ value: String?) {
            guard let value else { return }
            writer.key(name)
            writer.string(value)
        }
        member("email", email)
        member("card", card)
        member("external_id", externalID)
        member("name", name)
        member("birthday", birthday?.description)
        member("locale", locale)
        member("referred_by", referredBy)
        if let marketingConsent {
            writer.key("marketing")
            writer.bool(marketingConsent)
        }
        writer.endObject()
        return writer.bytes
    }

    /// Reads what ``encoded()`` wrote.
    init(decoding bytes: [UInt8]) throws {
        let reader = ObjectReader(try JSONReader.read(bytes))
        self.init(
            email: reader.optionalString("email", max: 1000), card: reader.optionalString("card", max: 1000),
            externalID: reader.optionalString("external_id", max: 1000), name: reader.optionalString("name", max: 1000),
            birthday: reader.optionalString("birthday", max: 10).flatMap { CivilDate($0) },
            locale: reader.optionalString("locale", max: 1000),
            referredBy: reader.optionalString("referred_by", max: 1000),
            marketingConsent: reader.optionalBool("marketing"))
        try reader.finish()
    }
}

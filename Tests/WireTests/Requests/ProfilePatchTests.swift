import Loyalty
import Testing

@testable import Wire

@Suite("merge patches of a profile")
struct ProfilePatchTests {
    private func read(_ text: String) throws(BodyError) -> ProfilePatch { try ProfilePatch.read(Array(text.utf8)) }

    @Test("absent keeps, null removes, a value sets")
    func three() throws {
        let patch = try read(
            #"{"email":" Ada@Example.org ","name":null,"birthday":"1990-12-31","consents":{"marketing":true}}"#)
        var expected = ProfilePatch()
        expected.email = .set("ada@example.org")
        expected.name = .remove
        expected.birthday = .set(CivilDate(year: 1990, month: 12, day: 31))
        expected.marketing = .set(true)
        #expect(patch == expected)
        #expect(try read("{}") == ProfilePatch())
    }

    @Test(
        "consents are taken back one by one or all together",
        arguments: [#"{"consents":null}"#, #"{"consents":{"marketing":null}}"#])
    func consents(text: String) throws {
        var expected = ProfilePatch()
        expected.marketing = .remove
        #expect(try read(text) == expected)
    }

    @Test("every fault is named at once, unknown members too")
    func faults() throws {
        let error = #expect(throws: BodyError.self) {
            try read(#"{"email":"x","birthday":"1990-13-01","consents":{"marketing":1},"programme":"p","locale":"?"}"#)
        }
        guard case .invalid(let faults)? = error else { return #expect(Bool(false)) }
        #expect(
            faults.map(\.pointer).sorted() == ["/birthday", "/consents/marketing", "/email", "/locale", "/programme"])
    }
}

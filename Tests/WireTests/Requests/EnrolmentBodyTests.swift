import Loyalty
import Testing
import Wire

@Suite("The body of an enrolment")
struct EnrolmentBodyTests {
    @Test("everything that it may hold")
    func full() throws {
        let text = #"{"programme":"p","email":" A@B.de ","card":"c","external_id":"x","name":"Zoë","birthday":"1990-02-28","locale":"de-CH","referred_by":"r","consents":{"marketing":true}}"#
        let body = try EnrolmentBody.read(Array(text.utf8))
        #expect(
            body
                == EnrolmentBody(
                    programme: "p", email: "a@b.de", card: "c", externalID: "x", name: "Zoë",
                    birthday: CivilDate(year: 1990, month: 2, day: 28), locale: "de-CH", referredBy: "r", marketing: true))
    }

    @Test("nothing is required", arguments: ["{}", #"{"email":null,"consents":null}"#, #"{"consents":{}}"#])
    func empty(text: String) throws {
        #expect(try EnrolmentBody.read(Array(text.utf8)) == EnrolmentBody())
    }

    @Test("a wrong member is named", arguments: [
        (#"{"email":"ab"}"#, "/email must be an e-mail address"), (#"{"email":"a b@c"}"#, "/email must be an e-mail address"),
        (#"{"email":"@c"}"#, "/email must be an e-mail address"), (#"{"email":"a@"}"#, "/email must be an e-mail address"),
        (#"{"birthday":"1990-02-30"}"#, "/birthday must be a date such as 1990-12-31"),
        (#"{"birthday":"30.1.1990"}"#, "/birthday must be a date such as 1990-12-31"),
        (#"{"locale":"german_"}"#, "/locale must be a language tag such as de-CH"),
        (#"{"locale":"d"}"#, "/locale must be a language tag such as de-CH"),
        (#"{"consents":{"marketing":"yes"}}"#, "/consents/marketing must be true or false, not a string"),
        (#"{"consents":{"profiling":true}}"#, "/consents/profiling is not a known member"),
        (#"{"e_mail":"a@b"}"#, "/e_mail is not a known member; did you mean \"email\"?"),
        ("[]", "must be an object, not an array"),
    ])
    func wrong(text: String, fault: String) {
        let error = #expect(throws: BodyError.self) { try EnrolmentBody.read(Array(text.utf8)) }
        guard case .invalid(let faults)? = error else { return #expect(Bool(false)) }
        #expect(faults.map(\.description) == [fault])
    }
}

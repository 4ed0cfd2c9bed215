/// What a purchase and a replayed event cost beside the network and the database, for `script/bench-guard`: callgrind
/// counts the instructions of this program. It has no threads, so that two runs count the same.
///
///     treue-count PURCHASES REPLAYS
///
/// Reads so many purchases of one member from their bytes, decides and encodes them, then folds what was recorded so many
/// times; prints the number of events.
import Foundation
import Loyalty
import Wire

struct Recorded {
    var at: Instant
    var type: String
    var data: [UInt8]
}

func purchase(_ number: Int) -> [UInt8] {
    Array(
        """
        {"specversion":"1.0","type":"purchase.completed","source":"/bench","id":"bench-\(number)",\
        "data":{"member":{"external_id":"ann"},"order_id":"bench-\(number)","currency":"USD","lines":[\
        {"sku":"tea","quantity":2,"unit_price":1250,"categories":["food"]},\
        {"sku":"cup","quantity":1,"unit_price":990}]}}
        """.utf8)
}

let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
guard arguments.count == 2 else { fatalError("usage: treue-count PURCHASES REPLAYS") }
let programme = try ProgrammeFile.read(ReferenceProgramme.yaml, name: "reference")
let ids = UUIDv7Generator()
let start = Instant(micros: 1_772_366_400_000_000)
let member = ids.next(nowMicros: start.micros)
let enrolment = programme.enrolment(at: start, language: .english)
guard let beginning = MemberState(beginningWith: enrolment) else { fatalError("no member") }

var state = beginning
var log: [Recorded] = []
var bytes = 0
for number in 0..<arguments[0] {
    let event = try CloudEventReader.read(purchase(number))
    let at = Instant(micros: start.micros + Int64(number) * 1_000_000)
    bytes += event.contentHash(memberID: member).count
    let decision = try programme.decide(event.command, at: at, for: state)
    for dated in decision.events {
        let (type, data) = EventCodec.encode(dated.event)
        log.append(Recorded(at: dated.at, type: type, data: data))
    }
    state = decision.state
    bytes += StateCodec.encode(state).count
}
for _ in 0..<arguments[1] {
    var folded = beginning
    for event in log {
        try folded.evolve(DatedEvent(at: event.at, try EventCodec.decode(type: event.type, data: event.data)))
    }
    guard folded == state else { fatalError("the fold is not the state that was decided") }
}
print(log.count)

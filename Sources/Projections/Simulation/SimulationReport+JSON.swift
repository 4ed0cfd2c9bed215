import Loyalty
public import Wire

extension SimulationReport {
    /// The object's members.
    public func write(to writer: inout JSONWriter) {
        writer.member("programme", programme)
        writer.key("from")
        if let from { writer.string(from.description) } else { writer.null() }
        writer.member("to", to.description)
        writer.member("events", events)
        writer.member("members", members)
        writer.member("members_unchanged", unchanged)
        writer.member("members_winning", winning)
        writer.member("members_losing", losing)
        let tables: [(String, ReportTable)] = [
            ("totals", totals), ("months", months), ("tiers", tiers), ("members_most_changed", named),
            ("left_out", omissions),
        ]
        for (name, table) in tables {
            writer.key(named: name)
            table.write(to: &writer)
        }
        writer.member("taken_as_recorded", takenAsRecorded)
        writer.member("fault_count", faultCount)
        writer.key("faults")
        writer.beginArray()
        for fault in faults {
            writer.beginObject()
            writer.member("member_id", fault.member)
            writer.optionalMember("version", fault.version)
            writer.member("reason", fault.reason)
            writer.endObject()
        }
        writer.endArray()
    }
}

public import Wire

/// What operations and the command line tell of a result: the same JSON object.
extension Rebuilt {
    /// The object's members.
    public func write(to writer: inout JSONWriter) {
        writer.member("events", events)
        writer.member("members", rows)
    }
}

extension AccountDifference {
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("projection", AccountProjection.name)
        writer.member("member_id", member)
        writer.member("kind", kind.rawValue)
        writer.optionalMember("expected", expected)
        writer.optionalMember("found", found)
        writer.key("fields")
        writer.beginArray()
        for field in fields { writer.string(field) }
        writer.endArray()
        writer.member("events_up_to_version", version)
        writer.endObject()
    }
}

extension FoldFault {
    /// Where it is, as members of an object.
    public func write(to writer: inout JSONWriter) {
        writer.member("partition", Int64(partition))
        writer.member("position", position)
        writer.member("member_id", member)
        writer.member("event_type", type)
        writer.member("reason", reason)
    }
}

extension ProjectionStatus {
    /// The object's members.
    public func write(to writer: inout JSONWriter) {
        writer.member("name", name)
        writer.member("version", Int64(version))
        writer.member("code_version", Int64(codeVersion))
        writer.member("state", state)
        writer.member("rows", rows)
        writer.member("position", position)
        writer.member("head", head)
        writer.member("lag", lag)
        writer.key("positions")
        writer.beginArray()
        for partition in partitions {
            writer.beginObject()
            writer.member("partition", Int64(partition.partition))
            writer.member("position", partition.position)
            writer.member("head", partition.head)
            writer.endObject()
        }
        writer.endArray()
        writer.key("previous_version")
        if let previousVersion { writer.integer(Int64(previousVersion)) } else { writer.null() }
        time("swapped_at", swappedAtMicros, &writer)
        time("verified_at", verifiedAtMicros, &writer)
        writer.member("skipped", skipped)
        writer.key("faults")
        writer.beginArray()
        for fault in faults {
            writer.beginObject()
            writer.member("partition", Int64(fault.partition))
            writer.member("position", fault.position)
            writer.member("member_id", fault.member)
            writer.member("event_type", fault.type)
            writer.member("reason", fault.reason)
            writer.member("noted_at", timeMicros: fault.notedAtMicros)
            writer.endObject()
        }
        writer.endArray()
    }

    private func time(_ name: StaticString, _ micros: Int64?, _ writer: inout JSONWriter) {
        if let micros {
            writer.member(name, timeMicros: micros)
        } else {
            writer.key(name)
            writer.null()
        }
    }
}

extension IncomingEvent {
    /// The same event with the trace context of the request that brought it, unless it brings one of its own: kept as the
    /// extension attribute of that name.
    public func traced(by trace: TraceParent?) -> IncomingEvent {
        guard let trace, TraceParent.kept(in: metadata) == nil else { return self }
        var members: [JSONMember] = []
        if let metadata, case .object(let known)? = try? JSONReader.read(metadata) {
            members = known.filter { $0.name != TraceParent.name }
        }
        members.append(JSONMember(TraceParent.name, .string(trace.text)))
        var event = self
        event.metadata = CanonicalJSON.bytes(of: .object(members))
        return event
    }
}

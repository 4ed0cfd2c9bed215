/// A rebuild, or a way back, that could not be carried out.
public enum RebuildFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// Another process is rebuilding at this moment.
    case underway(String)
    /// The new rows are ready, but somebody reads the old table without end.
    case inUse(String)
    /// Positions are missing in the log.
    case gap(partition: Int, after: Int64)
    /// Nothing was replaced, or it has been dropped.
    case nothingToGoBackTo(String)
    /// What was replaced was written by another version of the code.
    case previousIsOtherVersion(String, found: Int, known: Int)
    /// What took its place has not been compared with the log yet.
    case notVerified(String)

    public var description: String {
        switch self {
        case .underway(let name): "another rebuild of \(name) is under way; wait for it to end"
        case .inUse(let name):
            "the table treue.\(name) stayed in use by a long transaction (a dump or a report); end it and run the same "
                + "again: it goes on where it was"
        case .gap(let partition, let after):
            "the log has a gap in partition \(partition) after position \(after); `treue log verify` names all damage"
        case .nothingToGoBackTo(let name): "nothing is kept of \(name) to go back to"
        case .previousIsOtherVersion(let name, let found, let known):
            "what is kept of \(name) was written by version \(found) of the code, this program knows \(known); go back "
                + "with the program that wrote it"
        case .notVerified(let name):
            "\(name) has not been verified since the swap; run `treue projections verify` first, or use --force"
        }
    }
}

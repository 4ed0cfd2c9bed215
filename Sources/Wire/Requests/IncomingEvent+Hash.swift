private import Crypto
private import Loyalty

public import struct Foundation.UUID

extension IncomingEvent {
    /// The first 16 bytes of SHA-256 over the decoded content: type, source, id, time as an instant (null when the sender
    /// gave none), data, and the member as resolved. Order, spacing, escapes, absent or null, and the time's zone make no difference;
    /// metadata does not belong to it.
    ///
    /// The bytes hashed must never change for an event that is in a log: a new optional member of data is left out
    /// where it is absent.
    public func contentHash(memberID: UUID) -> [UInt8] {
        var writer = JSONWriter(reserving: 1024)
        writer.beginArray()
        writer.string(type.rawValue)
        writer.string(source)
        writer.string(id)
        if let time { writer.integer(time.micros) } else { writer.null() }
        writer.beginObject()
        switch content {
        case .purchase(let purchase): writer.members(of: purchase)
        case .purchaseReturn(let goods): writer.members(of: goods)
        case .activity(let activity): writer.members(of: activity)
        }
        writer.endObject()
        writer.uuid(memberID)
        writer.endArray()
        return writer.withBytes { written in
            var hash = SHA256()
            hash.update(bufferPointer: written)
            return hash.finalize().withUnsafeBytes { Array($0.prefix(16)) }
        }
    }
}

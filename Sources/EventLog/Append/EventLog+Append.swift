import Foundation
public import Postgres

extension EventLog {
    /// Appends to many streams at once: one statement, one transaction, one fsync. Each stream's part is taken whole or
    /// refused whole, and what is refused never spoils its neighbours.
    ///
    /// A batch may name a stream or a key more than once; what repeats one goes in a further statement, in order.
    /// Another process may be writing the same key or stream at the same moment: the call is then repeated, at most
    /// ``attempts`` times, and finds what the other wrote.
    ///
    /// - Parameters:
    ///   - streams: any number, in any order.
    ///   - recordedAtMicros: record time of all events, microseconds since 1970-01-01 UTC.
    ///   - accountGeneration: the ``accountGeneration(on:)`` read before the account rows that the new states rest on;
    ///     nil when they rest on none.
    ///   - connection: a lease outside a transaction, or the client.
    /// - Returns: an outcome for each element of `streams`, in the same order.
    /// - Throws: `PostgresError`, when the batch as a whole failed; `accountWasReplaced` tells that another
    ///   `treue.account` has come since. After an error with `wasSent` (a connection lost
    ///   mid-flight) it may have been committed: submit it again with the same keys.
    public func append(
        _ streams: [StreamAppend], recordedAtMicros: Int64, accountGeneration: Int64? = nil,
        on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [AppendOutcome] {
        var outcomes: [AppendOutcome] = []
        outcomes.reserveCapacity(streams.count)
        var waiting: [Int] = []
        for (index, append) in streams.enumerated() {
            let fault = AppendRound.fault(in: append)
            outcomes.append(.refused(.invalid(fault ?? "")))
            if fault == nil {
                waiting.append(index)
            }
        }
        while !waiting.isEmpty {
            let round = AppendRound(of: waiting, in: streams, partition: partition(of:))
            let found = try await carryOut(
                round.now.map { streams[$0] }, recordedAtMicros: recordedAtMicros, accountGeneration: accountGeneration,
                on: connection)
            for (index, outcome) in zip(round.now, found) {
                outcomes[index] = outcome
            }
            waiting = round.later
        }
        return outcomes
    }

    /// How often a call is made when other processes write the same keys or streams at the same moment.
    public static let attempts = 8

    /// One call for streams sorted by partition. When the database cannot read some of the bytes, each stream gets a
    /// call of its own, so that only the faulty one is refused.
    private func carryOut(
        _ appends: [StreamAppend], recordedAtMicros: Int64, accountGeneration: Int64?,
        on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [AppendOutcome] {
        do {
            return try await callUntilItRuns(
                appends, recordedAtMicros: recordedAtMicros, accountGeneration: accountGeneration, on: connection)
        } catch {
            guard error.isDataFault else {
                throw error
            }
            if appends.count == 1 {
                return [.refused(.invalid(error.message))]
            }
        }
        var outcomes: [AppendOutcome] = []
        for append in appends {
            outcomes += try await carryOut(
                [append], recordedAtMicros: recordedAtMicros, accountGeneration: accountGeneration, on: connection)
        }
        return outcomes
    }

    private func callUntilItRuns(
        _ appends: [StreamAppend], recordedAtMicros: Int64, accountGeneration: Int64?,
        on connection: some PostgresQuerying
    ) async throws(PostgresError) -> [AppendOutcome] {
        var call = AppendCall(recordedAtMicros: recordedAtMicros, accountGeneration: accountGeneration)
        for append in appends {
            call.add(append, partition: partition(of: append.stream))
        }
        var attempt = 1
        while true {
            do {
                if let parameters = call.parametersForOne,
                    let row = try await connection.query(AppendCall.statementForOne, parameters).first,
                    let position = try row.optionalInt8(0)
                {
                    return [appended(appends[0], at: position)]
                }
                let rows = try await connection.query(AppendCall.statement, call.parameters)
                return try outcomes(of: appends, from: rows)
            } catch {
                guard error.isRace, attempt < Self.attempts else {
                    throw error
                }
                attempt += 1
            }
        }
    }

    private func outcomes(
        of appends: [StreamAppend], from rows: PostgresRows
    ) throws(PostgresError) -> [AppendOutcome] {
        var outcomes = [AppendOutcome?](repeating: nil, count: appends.count)
        for row in rows {
            let index = Int(try row.int4(0)) - 1
            guard appends.indices.contains(index) else {
                throw PostgresError(.decoding, "treue.append answered for a group that was not asked for")
            }
            outcomes[index] = try outcome(of: appends[index], from: row)
        }
        guard rows.count == appends.count, !outcomes.contains(nil) else {
            throw PostgresError(.decoding, "treue.append did not answer for each group once")
        }
        return outcomes.compactMap(\.self)
    }

    private func appended(_ append: StreamAppend, at position: Int64) -> AppendOutcome {
        let version = append.expectedVersion + Int64(append.events.count)
        return .appended(partition: partition(of: append.stream), firstPosition: position, version: version)
    }

    private func outcome(of append: StreamAppend, from row: PostgresRow) throws(PostgresError) -> AppendOutcome {
        switch try row.text(1) {
        case "appended":
            return appended(append, at: try row.int8(2))
        case "version":
            return .refused(.version(current: try row.int8(6)))
        case "key":
            return .refused(.key(try row.bytes(8), by: try ExistingEvent(found: row)))
        case "subject":
            return .refused(.subject(try ExistingEvent(found: row)))
        default:
            throw PostgresError(.decoding, "treue.append answered with an unknown status")
        }
    }
}

extension ExistingEvent {
    fileprivate init(found row: PostgresRow) throws(PostgresError) {
        partition = Int(try row.int4(3))
        position = try row.int8(4)
        stream = try row.uuid(5)
        version = try row.int8(6)
        contentHash = try row.optionalBytes(7)
    }
}

extension PostgresError {
    /// Somebody else wrote the same rows at the same moment: the same call again sees what they wrote.
    fileprivate var isRace: Bool {
        ["23505", "40P01", "40001"].contains(sqlState)
    }

    /// The database cannot read a value it was given (not JSON, not UTF-8, out of range).
    fileprivate var isDataFault: Bool {
        sqlState?.hasPrefix("22") == true
    }
}

internal import CLibPQ

/// A whole result. Owns libpq's memory and only reads it, so it may be shared between tasks.
public struct PostgresRows: Sendable, RandomAccessCollection {
    let result: ResultHandle
    public let startIndex = 0
    public let endIndex: Int

    init(_ result: ResultHandle) {
        self.result = result
        endIndex = Int(PQntuples(result.pointer))
    }

    /// Rows that the statement inserted, updated, deleted or selected.
    public var affected: Int { result.affected }

    /// Columns of each row.
    public var columnCount: Int { Int(PQnfields(result.pointer)) }

    public subscript(position: Int) -> PostgresRow {
        precondition(position >= 0 && position < endIndex, "row \(position) of \(endIndex)")
        return PostgresRow(result: result, row: Int32(truncatingIfNeeded: position))
    }

    /// The command tag, for example `ROLLBACK` in answer to the COMMIT of a failed transaction.
    var commandTag: String {
        PQcmdStatus(result.pointer).map { String(cString: $0) } ?? ""
    }
}

/// Owns one `PGresult`. Nothing changes it after libpq made it, hence `@unchecked Sendable`.
final class ResultHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit {
        PQclear(pointer)
    }

    var status: ExecStatusType { PQresultStatus(pointer) }

    var affected: Int {
        PQcmdTuples(pointer).flatMap { Int(String(cString: $0)) } ?? 0
    }
}

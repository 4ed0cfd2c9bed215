internal import CLibPQ

extension PostgresError {
    /// The server's error in a failed result. DETAIL and CONTEXT stay behind: they may quote values.
    init(result: ResultHandle) {
        func field(_ code: Character) -> String? {
            guard let ascii = code.asciiValue, let text = PQresultErrorField(result.pointer, Int32(ascii)) else {
                return nil
            }
            return String(cString: text)
        }
        let fallback = PQresultErrorMessage(result.pointer).map { String(cString: $0) } ?? ""
        self.init(.server, field("M") ?? fallback, wasSent: true)
        sqlState = field("C")
        hint = field("H")
        schema = field("s")
        table = field("t")
        constraint = field("n")
        routine = field("R")
        // A result without SQLSTATE is libpq's own: it lost the connection. Behind FATAL and PANIC the server closes it,
        // whether or not that has been seen yet.
        if sqlState == nil || ["FATAL", "PANIC"].contains(field("V")) { code = .connectionLost }
    }

    /// The plan a connection had prepared is gone or fits no more; nothing was run.
    var isStalePlan: Bool {
        sqlState == "26000" || (sqlState == "0A000" && routine == "RevalidateCachedQuery")
    }
}

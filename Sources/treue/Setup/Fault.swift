import ArgumentParser
import EventLog
import Foundation
import Postgres
import PostgresServer
import Wire

/// Why a command ended: a sentence, what to do, and the exit code.
struct Fault: Error {
    var message: String
    var exit: ExitCode

    /// The command could not run.
    init(cannot message: String) { (self.message, exit) = (message, ExitCode(2)) }

    /// The command ran and found something wrong.
    init(found message: String) { (self.message, exit) = (message, ExitCode(1)) }

    /// Any error, told for people.
    init(_ error: any Error) {
        switch error {
        case let fault as Fault: self = fault
        case let error as PostgresError:
            self.init(
                cannot: "the database did not do as asked: \(error.message)"
                    + (error.sqlState.map { " (\($0))" } ?? "")
                    + ". Check TREUE_DATABASE_URL and that PostgreSQL runs; `treue doctor` looks closer.")
        default: self.init(cannot: "\(error)")
        }
    }

    func tell() { Fault.tell("treue: \(message)") }

    static func tell(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

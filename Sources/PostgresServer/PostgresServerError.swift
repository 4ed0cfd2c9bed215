/// Why a private PostgreSQL cannot be made, started or stopped, and what the reader can do about it.
public struct PostgresServerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A stable, snake_case name of the fault.
    public struct Code: RawRepresentable, Sendable, Hashable {
        public let rawValue: String

        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// No PostgreSQL programs of a version that will do.
        public static let programsMissing = Code(rawValue: "postgres_programs_missing")
        /// The process is root and there is no account that PostgreSQL could run as.
        public static let accountMissing = Code(rawValue: "postgres_account_missing")
        /// A folder or file cannot be made, opened or trusted.
        public static let folderUnusable = Code(rawValue: "postgres_folder_unusable")
        /// The cluster was made by another major version than the programs'.
        public static let versionMismatch = Code(rawValue: "postgres_version_mismatch")
        /// `initdb` failed.
        public static let initFailed = Code(rawValue: "postgres_init_failed")
        /// The server did not start.
        public static let startFailed = Code(rawValue: "postgres_start_failed")
        /// The server did not stop.
        public static let stopFailed = Code(rawValue: "postgres_stop_failed")
        /// A program could not be run, or took too long.
        public static let programFailed = Code(rawValue: "postgres_program_failed")
        /// SQL that sets up the cluster was refused.
        public static let setupFailed = Code(rawValue: "postgres_setup_failed")
    }

    /// What kind of fault it is.
    public let code: Code
    /// What went wrong, in a sentence.
    public let message: String
    /// What to do about it, in a sentence.
    public let mend: String

    /// Makes an error with its mend.
    public init(_ code: Code, _ message: String, mend: String) {
        self.code = code
        self.message = message
        self.mend = mend
    }

    public var description: String {
        "\(message) (\(code.rawValue)). \(mend)"
    }
}

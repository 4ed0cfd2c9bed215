/// The configuration files of a cluster of ours.
///
/// `treue.conf` is written anew at each start. Whoever wants other values says so with `ALTER SYSTEM`, which goes
/// first. Nothing here weakens durability: fsync, synchronous_commit and full_page_writes stay at PostgreSQL's own
/// `on`, since a 2xx means that the events are on disk.
struct ClusterSettings: Sendable {
    /// The only file name that `postgresql.conf` includes.
    static let file = "treue.conf"

    var socketFolder: String
    var port: Int
    /// `wal_compression`: what the programs were built with.
    var compression: String

    var text: String {
        """
        # Written by treue at each start. For other values use ALTER SYSTEM, which goes first.
        listen_addresses = ''
        unix_socket_directories = \(Self.quoted(socketFolder))
        unix_socket_permissions = 0700
        port = \(port)
        max_connections = 100
        shared_buffers = 256MB
        # Fewer, larger checkpoints: after each one, every page is written to the log in full once.
        max_wal_size = 4GB
        # Segments of that log are kept and used again: while a new one is made, whoever commits waits.
        min_wal_size = 4GB
        checkpoint_timeout = 15min
        wal_compression = \(compression)
        # What a backend must make room for is written by the background writer before, and goes on to the disk in small
        # parts: else the system collects it for half a minute, and whoever commits waits for all of it.
        bgwriter_delay = 50ms
        bgwriter_lru_maxpages = 1000
        bgwriter_lru_multiplier = 10
        # Short statements on a local disk.
        random_page_cost = 1.1
        jit = off
        # Seen in the titles of the processes.
        cluster_name = 'treue'
        timezone = 'UTC'
        log_timezone = 'UTC'
        log_line_prefix = '%m [%p] %u@%d '

        # One file a weekday, overwritten a week later.
        logging_collector = on
        log_directory = '../log'
        log_filename = 'postgres-%a.log'
        log_rotation_age = 1d
        log_rotation_size = 0
        log_truncate_on_rotation = on

        """
    }

    /// Who may log in: whoever reaches the socket, as whom they say.
    ///
    /// The socket lies in a folder that only PostgreSQL's account (and root) can enter, and is itself closed to others
    /// (`unix_socket_permissions`): the kernel keeps other users of the machine out. A password would have to lie in a
    /// file that the same two can read, so it would guard nothing more; `peer` would refuse root, and through a map
    /// would let in the very same two. There is no TCP.
    static let access = """
        # TYPE  DATABASE     USER      METHOD
        local   all          all       trust
        local   replication  postgres  trust

        """

    /// A value in single quotes.
    static func quoted(_ value: String) -> String {
        "'" + value.replacing("\\", with: "\\\\").replacing("'", with: "''") + "'"
    }
}

import Testing

/// What Treue promises, tried on the built program: real processes, real sockets, a PostgreSQL of each test's own.
///
/// One test at a time: each brings several processes along.
@Suite(.serialized) enum Acceptance {}

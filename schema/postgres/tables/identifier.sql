-- Cards, e-mails and shops' own ids, as keyed hashes: the first claim wins. `partition` is that of the value, not of
-- the member, so that a claim is decided in one place.
CREATE TABLE treue.identifier (
    claimed_at timestamptz NOT NULL,
    partition  int         NOT NULL,
    member_id  uuid        NOT NULL,
    kind       text        NOT NULL,
    value_hash bytea       NOT NULL,
    PRIMARY KEY (partition, kind, value_hash)
);

-- For a member's export and erasure.
CREATE INDEX identifier_member ON treue.identifier (member_id);

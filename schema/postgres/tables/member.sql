-- Who a member is, sealed: `profile` is encrypted under a key of the member's own, `data_key` is that key, itself
-- wrapped by the master key, which is never in the database. Erasure deletes the row.
CREATE TABLE treue.member (
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    partition  int         NOT NULL,
    member_id  uuid        NOT NULL,
    data_key   bytea       NOT NULL,
    profile    bytea       NOT NULL,
    PRIMARY KEY (partition, member_id)
) WITH (fillfactor = 90);

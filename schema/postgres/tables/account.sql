-- What a balance request returns and the next decision starts from: one row a member, moved by treue.append in the
-- append's own transaction. The log knows nothing of what `state` holds.
CREATE TABLE treue.account (
    version    bigint      NOT NULL,   -- of the member's stream, after the last event folded into `state`
    updated_at timestamptz NOT NULL,
    partition  int         NOT NULL,
    member_id  uuid        NOT NULL,
    state      bytea       NOT NULL,
    PRIMARY KEY (partition, member_id)
) WITH (
    -- No column outside the key is indexed and pages keep room, so that updates stay on their page (HOT).
    fillfactor = 70,
    -- A state of up to 8 KiB stays in the row: compressing or toasting it would cost at every single update.
    toast_tuple_target = 8160,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_vacuum_threshold = 10000,
    autovacuum_analyze_scale_factor = 0.1
);

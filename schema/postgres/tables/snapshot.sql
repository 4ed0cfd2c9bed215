-- States that a member had after every so many of their events, so that a question about the past folds only what lies
-- between two of them. They follow from the log; the last ones may be missing: then more of it is folded.
CREATE TABLE treue.snapshot (
    version     bigint      NOT NULL,  -- of the member's stream: the last event folded into `state`
    latest      timestamptz NOT NULL,  -- occurred_at of the latest event up to this version
    earliest    timestamptz NOT NULL,  -- occurred_at of the earliest event since the snapshot before
    recorded_at timestamptz NOT NULL,  -- the latest recorded_at up to this version
    partition   int         NOT NULL,
    member_id   uuid        NOT NULL,
    state       bytea       NOT NULL,
    PRIMARY KEY (partition, member_id, version)
) WITH (fillfactor = 100);

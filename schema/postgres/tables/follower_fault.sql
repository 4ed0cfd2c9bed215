-- Events that a follower could not take. One that is `stopped` holds its partition of that follower; closed ones stay as
-- history.
CREATE TABLE treue.follower_fault (
    first_at   timestamptz NOT NULL,
    last_at    timestamptz NOT NULL,
    position   bigint      NOT NULL,
    partition  int         NOT NULL,
    attempts   int         NOT NULL,
    stream_id  uuid        NOT NULL,
    projection text        NOT NULL,
    type       text        NOT NULL,
    state      text        NOT NULL CHECK (state IN ('stopped', 'retry', 'resolved', 'skipped')),
    error      text        NOT NULL,
    reason     text,                    -- why it was skipped
    PRIMARY KEY (partition, projection, position)
);

CREATE INDEX follower_fault_open ON treue.follower_fault (projection, partition) WHERE state IN ('stopped', 'retry');

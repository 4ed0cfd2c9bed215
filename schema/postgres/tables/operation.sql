-- Long work that somebody asked for, and how far it has come. A row outlives the process that does the work: `updated_at`
-- moves every second while somebody does, so one that stands still is known to have been cut off.
CREATE TABLE treue.operation (
    created_at  timestamptz NOT NULL,
    updated_at  timestamptz NOT NULL,
    finished_at timestamptz,
    done        bigint      NOT NULL DEFAULT 0,
    total       bigint      NOT NULL DEFAULT 0,
    skipped     bigint      NOT NULL DEFAULT 0,   -- done before this operation began: no part of its rate
    id          uuid        PRIMARY KEY,
    kind        text        NOT NULL,
    subject     text        NOT NULL,             -- what it is done to
    state       text        NOT NULL CHECK (state IN ('running', 'succeeded', 'failed', 'interrupted')),
    result      json
) WITH (fillfactor = 50);

-- The same work is never done twice at a time.
CREATE UNIQUE INDEX operation_running ON treue.operation (kind, subject) WHERE state = 'running';
CREATE INDEX operation_newest ON treue.operation (created_at DESC);

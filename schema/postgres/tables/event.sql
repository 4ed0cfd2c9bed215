-- Every event there ever was. Rows are only ever added, by treue.append, which also fills in position, version and
-- hash. Wide fixed columns come first, so that no padding is stored between them.
CREATE TABLE treue.event (
    position     bigint      NOT NULL,  -- 1, 2, 3 … within the partition, no gaps
    version      bigint      NOT NULL,  -- 1, 2, 3 … within the stream, no gaps
    occurred_at  timestamptz NOT NULL,  -- business time: the shop's
    recorded_at  timestamptz NOT NULL,  -- ours
    partition    int         NOT NULL,  -- follows from stream_id
    stream_id    uuid        NOT NULL,
    stream_type  text        NOT NULL,
    type         text        NOT NULL,
    key          bytea,                 -- idempotency key; at most one event of the whole log bears it
    content_hash bytea,                 -- of the request behind the key, to tell a repeat from a reuse
    subject      bytea,                 -- digest of what the event is about (an order), to find all events about it
    hash         bytea       NOT NULL,  -- sha256(hash of the event before || position || digest of all other columns)
    data         json        NOT NULL,  -- json, not jsonb: keeps the very bytes that were hashed
    metadata     json,
    PRIMARY KEY (partition, position),
    UNIQUE (partition, stream_id, version)
) WITH (
    -- Nothing is ever updated: pages are filled to the brim, and vacuum only freezes rows and marks pages all-visible.
    -- It comes after few new rows, so that a log of a hundred million is not left alone for weeks.
    fillfactor = 100,
    autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_vacuum_insert_threshold = 50000,
    autovacuum_analyze_scale_factor = 0.02,
    autovacuum_analyze_threshold = 5000,
    autovacuum_freeze_min_age = 1000000
);

CREATE UNIQUE INDEX event_key ON treue.event (key) WHERE key IS NOT NULL;
CREATE INDEX event_subject ON treue.event (partition, stream_id, subject) WHERE subject IS NOT NULL;

-- Two locks on one door: the trigger stops everybody, a superuser too; the missing privileges stop the owner even
-- while a trigger is disabled. INSERT stays with the owner, whom treue.append runs as.
CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON treue.event
    EXECUTE FUNCTION treue.refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON treue.event FROM PUBLIC, CURRENT_USER;

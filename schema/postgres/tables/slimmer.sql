-- Fewer bytes for each purchase; docs/performance.md has the measurements.

-- No append may go on meanwhile: what it wrote would be missing.
DO $$ BEGIN PERFORM FROM treue.head ORDER BY partition FOR UPDATE; END $$;

-- What changes with every event stands behind what does not, so that an update writes less of the row to the WAL.
CREATE TABLE treue.account_slimmer (
    partition  int         NOT NULL,
    member_id  uuid        NOT NULL,
    state      bytea       NOT NULL,
    version    bigint      NOT NULL,   -- of the member's stream, after the last event folded into `state`
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (partition, member_id)
) WITH (
    fillfactor = 70,
    toast_tuple_target = 8160,
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_vacuum_threshold = 10000,
    autovacuum_analyze_scale_factor = 0.1
);
INSERT INTO treue.account_slimmer (partition, member_id, state, version, updated_at)
SELECT partition, member_id, state, version, updated_at FROM treue.account;
DROP TABLE treue.account;
ALTER TABLE treue.account_slimmer RENAME TO account;

-- A batch locks and moves the head of each partition that it meets, and each report has a checkpoint for each: a log that
-- has no events yet gets fewer partitions. `SET treue.partitions` before the first migration says how many.
DO $$
DECLARE
    wanted int := coalesce(nullif(current_setting('treue.partitions', true), ''), '16')::int;
BEGIN
    IF EXISTS (SELECT FROM treue.event) OR EXISTS (SELECT FROM treue.head WHERE position > 0) THEN
        RETURN;
    END IF;
    ALTER TABLE treue.log DISABLE TRIGGER log_is_permanent;
    EXECUTE format('GRANT UPDATE ON treue.log TO %I', current_user);
    UPDATE treue.log SET partitions = wanted;
    EXECUTE format('REVOKE UPDATE ON treue.log FROM %I', current_user);
    ALTER TABLE treue.log ENABLE TRIGGER log_is_permanent;
    DELETE FROM treue.checkpoint;
    DELETE FROM treue.head;
    INSERT INTO treue.head (position, partition, hash)
    SELECT 0, p, sha256(uuid_send(log.id) || int4send(p))
      FROM treue.log, generate_series(0, log.partitions - 1) AS p;
END
$$;

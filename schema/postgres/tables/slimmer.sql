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
);
-- With the settings that it had, ours and the administrator's.
DO $$
DECLARE
    settings text := (SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = 'treue.account'::regclass);
BEGIN
    IF settings IS NOT NULL THEN
        EXECUTE format('ALTER TABLE treue.account_slimmer SET (%s)', settings);
    END IF;
END
$$;
INSERT INTO treue.account_slimmer (partition, member_id, state, version, updated_at)
SELECT partition, member_id, state, version, updated_at FROM treue.account;
DROP TABLE treue.account;
ALTER TABLE treue.account_slimmer RENAME TO account;

-- A batch locks and moves the head of each partition that it meets, and each report has a checkpoint for each: a log that
-- has no events yet gets fewer partitions. `SET treue.partitions` before the first migration says how many.
DO $$
DECLARE
    wanted text := coalesce(nullif(current_setting('treue.partitions', true), ''), '16');
BEGIN
    IF wanted !~ '^[0-9]{1,4}$' OR wanted::int NOT BETWEEN 1 AND 4096 THEN
        RAISE EXCEPTION 'treue.partitions must be a whole number from 1 to 4096, not %', wanted USING ERRCODE = '22023';
    END IF;
    IF EXISTS (SELECT FROM treue.event) OR EXISTS (SELECT FROM treue.head WHERE position > 0) THEN
        RETURN;
    END IF;
    ALTER TABLE treue.log DISABLE TRIGGER log_is_permanent;
    EXECUTE format('GRANT UPDATE ON treue.log TO %I', current_user);
    UPDATE treue.log SET partitions = wanted::int;
    EXECUTE format('REVOKE UPDATE ON treue.log FROM %I', current_user);
    ALTER TABLE treue.log ENABLE TRIGGER log_is_permanent;
    DELETE FROM treue.checkpoint;
    DELETE FROM treue.head;
    INSERT INTO treue.head (position, partition, hash)
    SELECT 0, p, sha256(uuid_send(log.id) || int4send(p))
      FROM treue.log, generate_series(0, log.partitions - 1) AS p;
END
$$;

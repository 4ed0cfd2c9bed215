-- Fewer bytes for each purchase; docs/decisions/0002-append-function.md has the measurements. The index takes some seconds for a
-- million events.

-- Nothing may be appended or read meanwhile: appends wait at the heads, before they hold anything that this waits for, and the
-- index goes first because that takes the strongest lock at once.
DO $$ BEGIN PERFORM FROM treue.head ORDER BY partition FOR UPDATE; END $$;
DROP INDEX treue.event_subject;

-- What an event is about, in 8 bytes: the same for the same stream and subject, and now and then for others; whoever looks
-- for it compares stream and subject, too. The index below holds what this answers: it can never change.
CREATE FUNCTION treue.subject_hash(stream_id uuid, subject bytea) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN hashtextextended(encode(subject, 'base64') COLLATE "C", uuid_hash_extended(stream_id, 0));

CREATE INDEX event_subject_hash ON treue.event (treue.subject_hash(stream_id, subject)) WHERE subject IS NOT NULL;

-- The planner believes no statistics of an index that leaves rows out, and would expect one row of 200.
CREATE STATISTICS treue.event_subjects ON (treue.subject_hash(stream_id, subject)) FROM treue.event;
DO $$ BEGIN IF EXISTS (SELECT FROM treue.event) THEN ANALYZE treue.event; END IF; END $$;

-- Half as many partitions again for a log that has no events yet and the 16 that version 12 gave it: a batch meets nearly all of
-- its lane's, and locks and moves the head of each. Whoever migrates with a number of their own has that.
DO $$
BEGIN
    IF coalesce(current_setting('treue.partitions', true), '') <> '' OR (SELECT partitions FROM treue.log) <> 16
       OR EXISTS (SELECT FROM treue.event) OR EXISTS (SELECT FROM treue.head WHERE position > 0)
    THEN
        RETURN;
    END IF;
    ALTER TABLE treue.log DISABLE TRIGGER log_is_permanent;
    EXECUTE format('GRANT UPDATE ON treue.log TO %I', current_user);
    UPDATE treue.log SET partitions = 8;
    EXECUTE format('REVOKE UPDATE ON treue.log FROM %I', current_user);
    ALTER TABLE treue.log ENABLE TRIGGER log_is_permanent;
    DELETE FROM treue.checkpoint;
    DELETE FROM treue.head WHERE partition >= 8;
END
$$;

-- Moves the next events of a partition to treue.event_closed, at most so many: those that were recorded before an instant and
-- lie at or before a position, in their order, so that what is closed is the beginning of the partition. Answers how many; 0
-- when nothing is left to move. Readers see each event once, before and after.
--
-- up_to  where the partition ended at a moment at which nobody was appending to it. Who appended
--        without looking for its keys had seen, holding heads, that there was no such table, and has ended by then; who comes
--        later looks in both, and finds what lies before, wherever it lies by then.
CREATE OR REPLACE FUNCTION treue.close_events(partition_ int, before timestamptz, up_to bigint, most int) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET enable_bitmapscan = off
    SET jit = off
AS $$
DECLARE
    owner  text := (SELECT relowner::regrole FROM pg_class WHERE oid = 'treue.event'::regclass);
    closed bigint;
    last   bigint;
    moved  bigint;
    gone   bigint;
BEGIN
    -- One at a time: a second one begins behind what the first one moved.
    PERFORM pg_advisory_xact_lock(8390880610624733187);
    -- From there on, and not over what has left and waits for a vacuum.
    closed := coalesce((SELECT max(position) FROM ONLY treue.event_closed WHERE partition = partition_), 0);
    SELECT max(position) INTO last
      FROM (SELECT position, bool_and(recorded_at < before) OVER (ORDER BY position) AS is_old
              FROM (SELECT position, recorded_at FROM ONLY treue.event
                     WHERE partition = partition_ AND position > closed AND position <= up_to
                     ORDER BY position LIMIT most) AS page) AS aged
     WHERE is_old;
    IF last IS NULL THEN
        RETURN 0;
    END IF;
    INSERT INTO treue.event_closed (position, version, occurred_at, recorded_at, partition, stream_id, stream_type, type,
                                    key, content_hash, subject, hash, data, metadata)
    SELECT position, version, occurred_at, recorded_at, partition, stream_id, stream_type, type,
           key, content_hash, subject, hash, data, metadata
      FROM ONLY treue.event
     WHERE partition = partition_ AND position > closed AND position <= last ORDER BY position;
    GET DIAGNOSTICS moved = ROW_COUNT;
    -- Both for this transaction alone; treue.refuse_loss looks at what goes.
    PERFORM set_config('treue.closing', 'on', true);
    EXECUTE format('GRANT DELETE ON treue.event TO %s', owner);
    DELETE FROM ONLY treue.event WHERE partition = partition_ AND position > closed AND position <= last;
    GET DIAGNOSTICS gone = ROW_COUNT;
    EXECUTE format('REVOKE DELETE ON treue.event FROM %s', owner);
    PERFORM set_config('treue.closing', '', true);
    IF moved <> gone THEN
        RAISE EXCEPTION 'close: % events were copied and % left partition %', moved, gone, partition_
            USING ERRCODE = 'TR005';
    END IF;
    RETURN moved;
END
$$;
REVOKE EXECUTE ON FUNCTION treue.close_events(int, timestamptz, bigint, int) FROM PUBLIC;

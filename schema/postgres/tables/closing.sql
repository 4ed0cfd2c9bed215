-- Events of closed months may leave for a table that nothing is added to any more (treue.close_events), and for nowhere else.

-- Appends wait at the heads, before they hold anything that this waits for; readers go on.
DO $$ BEGIN PERFORM FROM treue.head ORDER BY partition FOR UPDATE; END $$;

-- What leaves must be there already, byte for byte: nobody deletes an event, whoever they are. Rows of treue.event_closed that
-- a careless DELETE takes along are among those that are gone.
CREATE FUNCTION treue.refuse_loss() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    SET enable_seqscan = off
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET jit = off
AS $$
BEGIN
    IF EXISTS (SELECT FROM gone
                WHERE NOT EXISTS (SELECT FROM ONLY treue.event_closed AS kept
                                   WHERE kept.partition = gone.partition AND kept.position = gone.position
                                     AND (kept.*) *= (gone.*)))
    THEN
        RAISE EXCEPTION 'DELETE is not allowed on treue.event: its rows are final'
            USING ERRCODE = 'TR001', HINT = 'Append an event that corrects the earlier one.';
    END IF;
    RETURN NULL;
END
$$;

CREATE OR REPLACE TRIGGER event_is_append_only BEFORE UPDATE OR TRUNCATE ON treue.event
    EXECUTE FUNCTION treue.refuse_change();
-- At once, before anything is gone through that the next one would refuse.
CREATE TRIGGER event_is_final BEFORE DELETE ON treue.event
    WHEN (coalesce(current_setting('treue.closing', true), '') <> 'on') EXECUTE FUNCTION treue.refuse_change();
CREATE TRIGGER event_is_kept AFTER DELETE ON treue.event REFERENCING OLD TABLE AS gone
    EXECUTE FUNCTION treue.refuse_loss();

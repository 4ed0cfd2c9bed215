-- Puts the rebuilt table in the place of treue.account and keeps the old one as treue.account_previous, with the positions
-- that it stands at, so that it can be caught up and come back. The caller holds every head's lock, so that no append is
-- under way, and has caught up with the log. Answers the number of members.
DROP FUNCTION IF EXISTS treue.account_rebuild_swap();
CREATE OR REPLACE FUNCTION treue.account_rebuild_swap(code_version int) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    members bigint;
BEGIN
    SELECT count(*) INTO members FROM treue.account_next;
    DROP TABLE IF EXISTS treue.account_previous;
    ALTER TABLE treue.account RENAME TO account_previous;
    ALTER TABLE treue.account_next RENAME TO account;
    DELETE FROM treue.checkpoint WHERE projection IN ('account_next', 'account_previous');
    INSERT INTO treue.checkpoint (projection, partition, position)
    SELECT 'account_previous', partition, position FROM treue.head;
    -- Whoever keeps members in memory has them from the old table.
    UPDATE treue.projection
       SET generation = generation + 1, updated_at = now(), swapped_at = now(), verified_at = NULL,
           previous_version = version, version = code_version, building_version = NULL
     WHERE name = 'account';
    RETURN members;
END
$$;

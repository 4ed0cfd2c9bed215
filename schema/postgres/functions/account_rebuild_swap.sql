-- Puts the rebuilt table in the place of treue.account and keeps the old one as treue.account_previous. The caller holds
-- every head's lock, so that no append is under way, and has caught up with the log. Answers the number of members.
CREATE OR REPLACE FUNCTION treue.account_rebuild_swap() RETURNS bigint
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
    DELETE FROM treue.checkpoint WHERE projection = 'account_next';
    -- Whoever keeps members in memory has them from the old table.
    UPDATE treue.projection SET generation = generation + 1, updated_at = now() WHERE name = 'account';
    RETURN members;
END
$$;

-- Makes the table that a rebuild fills beside treue.account, or keeps the one that an interrupted rebuild left. One that
-- another version of the code began is thrown away: its rows would be of two shapes.
DROP FUNCTION IF EXISTS treue.account_rebuild_begin();
CREATE OR REPLACE FUNCTION treue.account_rebuild_begin(code_version int) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_regclass('treue.account_next') IS NOT NULL AND
       (SELECT building_version FROM treue.projection WHERE name = 'account') IS DISTINCT FROM code_version
    THEN
        DROP TABLE treue.account_next;
    END IF;
    IF to_regclass('treue.account_next') IS NULL THEN
        DELETE FROM treue.checkpoint WHERE projection = 'account_next';
        -- LIKE copies columns and the key, but not the storage parameters.
        EXECUTE format(
            'CREATE TABLE treue.account_next (LIKE treue.account INCLUDING ALL) WITH (%s)',
            (SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = 'treue.account'::regclass));
    END IF;
    UPDATE treue.projection SET building_version = code_version WHERE name = 'account';
END
$$;

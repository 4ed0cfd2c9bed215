-- Makes the table that a rebuild fills beside treue.account, or keeps the one that an interrupted rebuild left.
CREATE OR REPLACE FUNCTION treue.account_rebuild_begin() RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF to_regclass('treue.account_next') IS NULL THEN
        DELETE FROM treue.checkpoint WHERE projection = 'account_next';
        -- LIKE copies columns and the key, but not the storage parameters.
        EXECUTE format(
            'CREATE TABLE treue.account_next (LIKE treue.account INCLUDING ALL) WITH (%s)',
            (SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = 'treue.account'::regclass));
    END IF;
END
$$;

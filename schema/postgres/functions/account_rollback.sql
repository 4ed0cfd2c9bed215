-- Puts treue.account_previous back, and keeps the table that had taken its place. The caller holds every head's lock and has
-- caught the previous table up with the log. Answers the number of members.
CREATE OR REPLACE FUNCTION treue.account_rollback() RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    members bigint;
BEGIN
    SELECT count(*) INTO members FROM treue.account_previous;
    ALTER TABLE treue.account RENAME TO account_swapped;
    ALTER TABLE treue.account_previous RENAME TO account;
    ALTER TABLE treue.account_swapped RENAME TO account_previous;
    DELETE FROM treue.checkpoint WHERE projection = 'account_previous';
    INSERT INTO treue.checkpoint (projection, partition, position)
    SELECT 'account_previous', partition, position FROM treue.head;
    UPDATE treue.projection
       SET generation = generation + 1, updated_at = now(), swapped_at = now(), verified_at = NULL,
           previous_version = version, version = previous_version
     WHERE name = 'account';
    RETURN members;
END
$$;

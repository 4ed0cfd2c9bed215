-- Makes the table of closed events, where there is none: a child of treue.event, so that whoever reads the log reads both,
-- with the same columns, indexes, settings, owner and readers. `tablespace_` is where it is to lie; '' for where treue.event
-- does.
CREATE OR REPLACE FUNCTION treue.close_begin(tablespace_ text) RETURNS void
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
    -- It would say of each column that the parent has it, too.
    SET client_min_messages = warning
AS $$
DECLARE
    event      pg_class := (SELECT c FROM pg_class AS c WHERE oid = 'treue.event'::regclass);
    everything oid := (SELECT dattablespace FROM pg_database WHERE datname = current_database());
    wanted     oid := (SELECT oid FROM pg_tablespace WHERE spcname = tablespace_);
    found      oid;
    name       text;
BEGIN
    IF NOT pg_has_role(current_user, event.relowner, 'USAGE') THEN
        RAISE EXCEPTION 'only % may close events: it owns the tables', event.relowner::regrole USING ERRCODE = 'TR005';
    END IF;
    IF tablespace_ <> '' AND wanted IS NULL THEN
        RAISE EXCEPTION 'there is no tablespace %', tablespace_ USING ERRCODE = 'TR005';
    END IF;
    PERFORM pg_advisory_xact_lock(8390880610624733187);
    IF to_regclass('treue.event_closed') IS NOT NULL THEN
        found := (SELECT coalesce(nullif(reltablespace, 0), everything) FROM pg_class
                   WHERE oid = 'treue.event_closed'::regclass);
        IF wanted <> found THEN
            RAISE EXCEPTION 'closed events lie in tablespace % already, not in %',
                (SELECT spcname FROM pg_tablespace WHERE oid = found), tablespace_ USING ERRCODE = 'TR005';
        END IF;
        RETURN;
    END IF;
    wanted := coalesce(wanted, nullif(event.reltablespace, 0), everything);
    PERFORM set_config('default_tablespace', (SELECT spcname FROM pg_tablespace WHERE oid = wanted), true);
    EXECUTE 'CREATE TABLE treue.event_closed (LIKE treue.event INCLUDING ALL) INHERITS (treue.event)'
            || coalesce(' WITH (' || array_to_string(event.reloptions, ', ') || ')', '');
    -- Those of an index with a place of its own are made in that place.
    FOR name IN SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 'treue.event_closed'::regclass LOOP
        EXECUTE format('ALTER INDEX %s SET TABLESPACE %I', name, (SELECT spcname FROM pg_tablespace WHERE oid = wanted));
    END LOOP;
    CREATE TRIGGER event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON treue.event_closed
        EXECUTE FUNCTION treue.refuse_change();
    EXECUTE format('ALTER TABLE treue.event_closed OWNER TO %s', event.relowner::regrole);
    EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON treue.event_closed FROM PUBLIC, %s', event.relowner::regrole);
    FOR name IN SELECT CASE grantee WHEN 0 THEN 'PUBLIC' ELSE grantee::regrole::text END
                  FROM aclexplode(event.relacl) WHERE privilege_type = 'SELECT' AND grantee <> event.relowner
    LOOP
        EXECUTE format('GRANT SELECT ON treue.event_closed TO %s', name);
    END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION treue.close_begin(text) FROM PUBLIC;

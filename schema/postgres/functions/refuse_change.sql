-- The trigger on tables whose rows are final.
CREATE OR REPLACE FUNCTION treue.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    RAISE EXCEPTION '% is not allowed on %.%: its rows are final', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'TR001', HINT = 'Append an event that corrects the earlier one.';
END
$$;

-- Reports write a page's rows all at once, every few seconds: each row's next version must find room beside the one that it
-- replaces, or every index is written, too. Pages that are full already have it once a rebuild has written them anew. Where an
-- administrator has chosen, that stays.
DO $$
DECLARE
    report text;
BEGIN
    FOR report IN SELECT relname FROM pg_class
                   WHERE oid = 'treue.report_member'::regclass AND 'fillfactor=70' = ANY (reloptions)
                      OR oid = 'treue.report_month'::regclass AND 'fillfactor=80' = ANY (reloptions)
    LOOP
        EXECUTE format('ALTER TABLE treue.%I SET (fillfactor = 45)', report);
    END LOOP;
END
$$;

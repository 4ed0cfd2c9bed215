-- Reports write a page's rows all at once, every few seconds: each row's next version must find room beside the one that it
-- replaces, or every index is written, too. Where an administrator has chosen, that stays.
DO $$
DECLARE
    report record;
BEGIN
    FOR report IN SELECT oid, relname, reloptions FROM pg_class
                   WHERE oid IN ('treue.report_member'::regclass, 'treue.report_month'::regclass)
    LOOP
        IF report.reloptions && ARRAY['fillfactor=70', 'fillfactor=80'] THEN
            EXECUTE format('ALTER TABLE treue.%I SET (fillfactor = 45)', report.relname);
        END IF;
    END LOOP;
END
$$;

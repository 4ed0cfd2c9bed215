-- What an administrator must know before going back: which code wrote the rows that were replaced, and whether those that
-- took their place have been compared with the log. The generations are those of a report's rows.
ALTER TABLE treue.projection
    ADD COLUMN building_version    int,
    ADD COLUMN previous_version    int,
    ADD COLUMN building_generation bigint,
    ADD COLUMN previous_generation bigint,
    ADD COLUMN swapped_at          timestamptz,
    ADD COLUMN verified_at         timestamptz;

-- Nothing has been written yet: whatever comes is this program's.
UPDATE treue.projection SET version = 2 WHERE name = 'account' AND NOT EXISTS (SELECT FROM treue.event);

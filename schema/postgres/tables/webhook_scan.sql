-- How far today's look at every member's dates has come: one row a programme.
CREATE TABLE treue.webhook_scan (
    day          date    NOT NULL,   -- in the programme's time zone
    after_member uuid,               -- within the partition; NULL at its beginning
    partition    int     NOT NULL,   -- being looked at; beyond the last one when the day is done
    programme    text    PRIMARY KEY
);

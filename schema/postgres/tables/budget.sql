-- How much of a budget has been given away, over all members. How much there is is in the programme.
CREATE TABLE treue.budget (
    used      bigint NOT NULL DEFAULT 0,
    programme text   NOT NULL,
    rule      text   NOT NULL,
    span      text   NOT NULL,   -- a day, a month, a year, or life
    PRIMARY KEY (programme, rule, span)
) WITH (fillfactor = 50);

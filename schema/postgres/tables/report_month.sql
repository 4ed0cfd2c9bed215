-- What members did, month by month: who is active, who comes back, who buys how much.
CREATE TABLE treue.report_month (
    generation bigint NOT NULL,
    amount     bigint NOT NULL,        -- minor units, returns taken off
    purchases  bigint NOT NULL,
    returns    bigint NOT NULL,
    month      date   NOT NULL,        -- its first day
    partition  int    NOT NULL,
    days       int    NOT NULL,        -- bit n: a purchase on day n + 1
    member_id  uuid   NOT NULL,
    currency   text   NOT NULL,
    PRIMARY KEY (partition, generation, member_id, month, currency)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX report_month_month ON treue.report_month (generation, month);

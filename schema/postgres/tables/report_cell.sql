-- What the reports are made of: sums by day and two keys, one set a partition, so that partitions are folded side by side.
-- `generation` tells the rows that are read from those that are being rebuilt beside them.
CREATE TABLE treue.report_cell (
    generation bigint NOT NULL,
    value      bigint NOT NULL,
    partition  int    NOT NULL,
    day        date   NOT NULL,
    projection text   NOT NULL,
    measure    text   NOT NULL,
    key_a      text   NOT NULL,
    key_b      text   NOT NULL,
    PRIMARY KEY (partition, projection, generation, measure, day, key_a, key_b)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

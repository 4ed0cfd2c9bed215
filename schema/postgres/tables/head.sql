-- The end of each partition. Its row lock puts the appends of a partition in a row: that is why positions are dense.
CREATE TABLE treue.head (
    position  bigint NOT NULL,
    partition int    PRIMARY KEY,
    hash      bytea  NOT NULL          -- of the event at `position`; at first, of the log's id and the partition
) WITH (
    -- A few rows updated with every append: room on the page keeps each update in place (HOT).
    fillfactor = 20,
    autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_threshold = 20000
);

INSERT INTO treue.head (position, partition, hash)
SELECT 0, p, sha256(uuid_send(log.id) || int4send(p))
  FROM treue.log, generate_series(0, log.partitions - 1) AS p;

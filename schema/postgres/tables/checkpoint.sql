-- How far a projection has read each partition; moved in the transaction that writes its rows.
CREATE TABLE treue.checkpoint (
    position   bigint NOT NULL,
    partition  int    NOT NULL,
    projection text   NOT NULL,
    PRIMARY KEY (partition, projection)
) WITH (fillfactor = 50);

-- What a projection must remember of a member to fold the next event.
CREATE TABLE treue.report_member (
    generation bigint NOT NULL,
    partition  int    NOT NULL,
    member_id  uuid   NOT NULL,
    projection text   NOT NULL,
    memo       bytea  NOT NULL,
    PRIMARY KEY (partition, projection, generation, member_id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

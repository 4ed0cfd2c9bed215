-- Functions and views as they stand in this database, so that only those whose text changed are made anew.
CREATE TABLE IF NOT EXISTS treue.schema_object (
    applied_at timestamptz NOT NULL DEFAULT now(),
    name       text        PRIMARY KEY,
    checksum   bytea       NOT NULL
);

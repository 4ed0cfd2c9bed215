-- What has been done to this database. Made by the migrator itself, before anything else.
CREATE TABLE IF NOT EXISTS treue.migration (
    version    int         PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now(),
    name       text        NOT NULL,
    checksum   bytea       NOT NULL
);

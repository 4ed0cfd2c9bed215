-- The secrets of a key, as keyed hashes. After a rotation the old one stands beside the new one until it ends.
CREATE TABLE treue.api_key_secret (
    created_at timestamptz NOT NULL,
    expires_at timestamptz,            -- NULL for the one in use
    key_id     uuid        NOT NULL REFERENCES treue.api_key (id),
    hash       bytea       PRIMARY KEY
);

CREATE INDEX api_key_secret_key ON treue.api_key_secret (key_id);

INSERT INTO treue.api_key_secret (created_at, key_id, hash) SELECT created_at, id, hash FROM treue.api_key;
ALTER TABLE treue.api_key DROP COLUMN hash;

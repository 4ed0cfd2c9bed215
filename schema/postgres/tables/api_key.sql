-- Keys of shops and administrators. Only the hash of a key is kept.
CREATE TABLE treue.api_key (
    id           uuid        PRIMARY KEY,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz,
    name         text        NOT NULL,
    scopes       text[]      NOT NULL CHECK (cardinality(scopes) > 0),
    hash         bytea       NOT NULL UNIQUE
);

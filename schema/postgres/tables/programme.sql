-- Every version of every programme ever published. A row is final: purchases are judged by the version in force at
-- their time, for ever.
CREATE TABLE treue.programme (
    valid_from   timestamptz,           -- NULL for the first version: it reaches back without bound
    published_at timestamptz NOT NULL,
    version      int         NOT NULL CHECK (version > 0),
    id           text        NOT NULL,
    content_hash bytea       NOT NULL,
    document     text        NOT NULL,
    PRIMARY KEY (id, version)
);

CREATE TRIGGER programme_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON treue.programme
    EXECUTE FUNCTION treue.refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON treue.programme FROM PUBLIC, CURRENT_USER;

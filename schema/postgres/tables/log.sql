-- The log itself: one row, written when the log is made.
-- `partitions` can never change, because every stream's place follows from it; `id` binds each partition's hash chain
-- to this log, so that events carried over from another one do not verify here.
CREATE TABLE treue.log (
    only_row   boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
    partitions int         NOT NULL CHECK (partitions BETWEEN 1 AND 4096),
    id         uuid        NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT now()
);

INSERT INTO treue.log (partitions) VALUES (64);

CREATE TRIGGER log_is_permanent BEFORE UPDATE OR DELETE OR TRUNCATE ON treue.log
    EXECUTE FUNCTION treue.refuse_change();
REVOKE UPDATE, DELETE, TRUNCATE ON treue.log FROM PUBLIC, CURRENT_USER;

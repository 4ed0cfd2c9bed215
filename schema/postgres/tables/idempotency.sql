-- Answers to requests that bore an Idempotency-Key, each written in the transaction that did what the request said.
-- `key` is a keyed digest of API key, route and the caller's own text. `answer` is sealed: it may hold a secret that is
-- shown once. Rows older than the service's bound are deleted.
CREATE TABLE treue.idempotency (
    created_at   timestamptz NOT NULL,
    status       int,                  -- NULL, and `answer` too, only inside that transaction
    key          bytea       PRIMARY KEY,
    content_hash bytea       NOT NULL,
    answer       bytea
);

CREATE INDEX idempotency_age ON treue.idempotency (created_at);

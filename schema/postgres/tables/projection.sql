-- Read models by name: which version of their code wrote the rows, and what is being done to them.
CREATE TABLE treue.projection (
    updated_at timestamptz NOT NULL DEFAULT now(),
    version    int         NOT NULL,
    -- Rises with every swap, so that whoever keeps rows in memory notices.
    generation bigint      NOT NULL DEFAULT 1,
    name       text        PRIMARY KEY,
    state      text        NOT NULL,
    detail     json
);

INSERT INTO treue.projection (name, version, state) VALUES ('account', 1, 'live');

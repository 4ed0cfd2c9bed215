-- Read models by name: which version of their code wrote the rows, and what is being done to them.
CREATE TABLE treue.projection (
    updated_at timestamptz NOT NULL DEFAULT now(),
    version    int         NOT NULL,
    name       text        PRIMARY KEY,
    state      text        NOT NULL,
    detail     json
);

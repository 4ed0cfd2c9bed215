-- Where webhooks go. Secrets are sealed under keys of their own, which the master key wraps.
CREATE TABLE treue.webhook_endpoint (
    created_at        timestamptz NOT NULL,  -- events recorded before are none of its business
    updated_at        timestamptz NOT NULL,
    previous_until    timestamptz,           -- until then the secret before signs, too
    failing_since     timestamptz,           -- the first failure after the last success
    last_success_at   timestamptz,
    open_until        timestamptz,           -- the circuit is open: nothing is sent before
    id                uuid        PRIMARY KEY,
    is_enabled        boolean     NOT NULL,
    url               text        NOT NULL,
    description       text,
    event_types       text[]      NOT NULL,  -- empty: all
    disabled_reason   text,                  -- when it was not a person who disabled it
    secret_key        bytea       NOT NULL,
    secret            bytea       NOT NULL,
    previous_key      bytea,
    previous_secret   bytea
);

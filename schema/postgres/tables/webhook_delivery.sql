-- One message for one endpoint. Written in the transaction that moves the follower's checkpoint; kept for a while after
-- it was delivered, longer when it was given up.
CREATE TABLE treue.webhook_delivery (
    created_at  timestamptz NOT NULL,
    next_at     timestamptz NOT NULL,   -- not to be tried before
    keep_until  timestamptz NOT NULL,
    finished_at timestamptz,
    sequence    bigint      NOT NULL,   -- in order of commit, see treue.webhook_sequence
    attempts    int         NOT NULL DEFAULT 0,
    last_status int,                    -- what the endpoint answered last; NULL when it did not
    id          uuid        PRIMARY KEY,
    endpoint_id uuid        NOT NULL REFERENCES treue.webhook_endpoint ON DELETE CASCADE,
    member_id   uuid        NOT NULL,
    state       text        NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
    message_id  text        NOT NULL,
    type        text        NOT NULL,
    last_error  text,
    body        bytea       NOT NULL,
    UNIQUE (endpoint_id, message_id)
);

CREATE INDEX webhook_delivery_pending ON treue.webhook_delivery (endpoint_id, sequence) WHERE state = 'pending';
CREATE INDEX webhook_delivery_member ON treue.webhook_delivery (endpoint_id, member_id, sequence)
    WHERE state = 'pending';
CREATE INDEX webhook_delivery_dead ON treue.webhook_delivery (endpoint_id, sequence) WHERE state = 'dead';
CREATE INDEX webhook_delivery_list ON treue.webhook_delivery (endpoint_id, sequence);
-- What tells of a birthday is forgotten with the member.
CREATE INDEX webhook_delivery_birthday ON treue.webhook_delivery (member_id) WHERE type = 'member.birthday';
CREATE INDEX webhook_delivery_keep ON treue.webhook_delivery (keep_until) WHERE state <> 'pending';

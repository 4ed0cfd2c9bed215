-- What is known of the orders of connected shops, and what of them is still to be recorded: one row an order. It names no
-- person: `email_hash` is the keyed hash that treue.identifier has, of a guest whose order waits until somebody with that
-- address joins.
CREATE TABLE treue.connector_order (
    updated_at timestamptz NOT NULL,
    partition  int         NOT NULL,  -- of the order's own key
    is_open    boolean     NOT NULL,  -- something is to be recorded
    member_id  uuid,                  -- whose it is; NULL while nobody's
    order_key  bytea       NOT NULL,  -- digest of source and number
    email_hash bytea,
    state      bytea       NOT NULL,  -- empty: nothing known yet
    PRIMARY KEY (partition, order_key)
) WITH (fillfactor = 80);

CREATE INDEX connector_order_guest ON treue.connector_order (email_hash)
    WHERE member_id IS NULL AND email_hash IS NOT NULL;
-- For erasure.
CREATE INDEX connector_order_member ON treue.connector_order (member_id) WHERE member_id IS NOT NULL;
-- Few at any time: what a stop or a failure left behind.
CREATE INDEX connector_order_open ON treue.connector_order (updated_at) WHERE is_open AND member_id IS NOT NULL;

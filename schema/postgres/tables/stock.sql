-- How many of a reward are gone. What may go is in the programme.
CREATE TABLE treue.stock (
    taken     bigint NOT NULL DEFAULT 0 CHECK (taken >= 0),
    programme text   NOT NULL,
    reward    text   NOT NULL,
    PRIMARY KEY (programme, reward)
) WITH (fillfactor = 50);

-- One set aside for each redemption; deleted when it is put back.
CREATE TABLE treue.stock_hold (
    held_at       timestamptz NOT NULL,
    redemption_id uuid        PRIMARY KEY,
    member_id     uuid        NOT NULL,
    programme     text        NOT NULL,
    reward        text        NOT NULL,
    is_final      boolean     NOT NULL DEFAULT false   -- the redemption is confirmed
);

CREATE INDEX stock_hold_open ON treue.stock_hold (programme, reward, held_at) WHERE NOT is_final;

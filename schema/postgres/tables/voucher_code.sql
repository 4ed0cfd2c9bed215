-- Codes that the shop has brought, sealed, for rewards whose vouchers come out of a pool. They go in the order in which they
-- were brought.
CREATE TABLE treue.voucher_code (
    position      bigint      GENERATED ALWAYS AS IDENTITY,
    brought_at    timestamptz NOT NULL,
    redemption_id uuid,                 -- who drew it
    programme     text        NOT NULL,
    reward        text        NOT NULL,
    lookup        bytea       NOT NULL, -- a keyed hash: no code comes twice, and it is found when it is used
    sealed        bytea       NOT NULL,
    PRIMARY KEY (programme, reward, position)
);

CREATE UNIQUE INDEX voucher_code_lookup ON treue.voucher_code (lookup);
CREATE UNIQUE INDEX voucher_code_drawn ON treue.voucher_code (redemption_id) WHERE redemption_id IS NOT NULL;
CREATE INDEX voucher_code_open ON treue.voucher_code (programme, reward, position) WHERE redemption_id IS NULL;

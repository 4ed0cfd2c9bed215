-- Puts back what was set aside for a redemption, once. A code that was drawn has been seen: it never goes to somebody else.
CREATE OR REPLACE FUNCTION treue.release_stock(redemption_ uuid) RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (
        DELETE FROM treue.stock_hold
         WHERE redemption_id = redemption_
           AND NOT EXISTS (SELECT FROM treue.voucher_code WHERE voucher_code.redemption_id = redemption_)
        RETURNING programme, reward
    )
    UPDATE treue.stock SET taken = taken - 1 FROM gone
     WHERE stock.programme = gone.programme AND stock.reward = gone.reward;
$$;

-- The code of a redemption: its own, where it has drawn one, or the next; NULL where none is left. Who draws for one reward
-- waits in a row behind the reward's stock, so that a redemption never gets two.
CREATE OR REPLACE FUNCTION treue.draw_code(programme_ text, reward_ text, redemption_ uuid)
RETURNS TABLE (lookup bytea, sealed bytea)
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO treue.stock (programme, reward) VALUES (programme_, reward_) ON CONFLICT DO NOTHING;
    PERFORM FROM treue.stock WHERE programme = programme_ AND reward = reward_ FOR UPDATE;
    RETURN QUERY SELECT c.lookup, c.sealed FROM treue.voucher_code AS c WHERE c.redemption_id = redemption_;
    IF FOUND THEN
        RETURN;
    END IF;
    RETURN QUERY
        UPDATE treue.voucher_code AS c SET redemption_id = redemption_
         WHERE c.programme = programme_ AND c.reward = reward_
           AND c.position = (SELECT position FROM treue.voucher_code
                              WHERE programme = programme_ AND reward = reward_ AND redemption_id IS NULL
                              ORDER BY position LIMIT 1)
        RETURNING c.lookup, c.sealed;
END
$$;

-- Sets one of a reward aside for a redemption: 'taken'; 'held' where that redemption has one already; 'none' where
-- no more than "limit_" may go. The row of the reward puts takers in a row, so that never more go than there are.
CREATE OR REPLACE FUNCTION treue.take_stock(
    programme_ text, reward_ text, limit_ bigint, redemption_ uuid, member_ uuid, at_ timestamptz
) RETURNS text
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO treue.stock (programme, reward) VALUES (programme_, reward_) ON CONFLICT DO NOTHING;
    PERFORM FROM treue.stock WHERE programme = programme_ AND reward = reward_ FOR UPDATE;
    IF EXISTS (SELECT FROM treue.stock_hold WHERE redemption_id = redemption_) THEN
        RETURN 'held';
    END IF;
    UPDATE treue.stock SET taken = taken + 1
     WHERE programme = programme_ AND reward = reward_ AND taken < limit_;
    IF NOT FOUND THEN
        RETURN 'none';
    END IF;
    INSERT INTO treue.stock_hold (held_at, redemption_id, member_id, programme, reward)
    VALUES (at_, redemption_, member_, programme_, reward_);
    RETURN 'taken';
END
$$;

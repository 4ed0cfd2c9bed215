-- Uses up an agent's allowance of a day for an act: 'taken'; 'held' where that act has used it up already; 'none' where it
-- would be more than "limit_". The row of the day puts acts in a row.
CREATE OR REPLACE FUNCTION treue.spend_allowance(
    agent_ uuid, programme_ text, day_ text, points_ bigint, limit_ bigint, act_ uuid
) RETURNS text
    LANGUAGE plpgsql
    SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    INSERT INTO treue.agent_day (agent, programme, day) VALUES (agent_, programme_, day_) ON CONFLICT DO NOTHING;
    PERFORM FROM treue.agent_day WHERE agent = agent_ AND programme = programme_ AND day = day_ FOR UPDATE;
    IF EXISTS (SELECT FROM treue.agent_act WHERE act_id = act_) THEN
        RETURN 'held';
    END IF;
    UPDATE treue.agent_day SET points = points + points_
     WHERE agent = agent_ AND programme = programme_ AND day = day_ AND points + points_ <= limit_;
    IF NOT FOUND THEN
        RETURN 'none';
    END IF;
    INSERT INTO treue.agent_act (points, act_id, agent, programme, day)
    VALUES (points_, act_, agent_, programme_, day_);
    RETURN 'taken';
END
$$;

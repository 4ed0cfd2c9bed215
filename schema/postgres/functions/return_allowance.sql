-- Gives back what an act used up of its agent's allowance, once.
CREATE OR REPLACE FUNCTION treue.return_allowance(act_ uuid) RETURNS void
    LANGUAGE sql
    SET search_path = pg_catalog, pg_temp
AS $$
    WITH gone AS (
        DELETE FROM treue.agent_act WHERE act_id = act_ RETURNING points, agent, programme, day
    )
    UPDATE treue.agent_day SET points = agent_day.points - gone.points FROM gone
     WHERE agent_day.agent = gone.agent AND agent_day.programme = gone.programme AND agent_day.day = gone.day;
$$;

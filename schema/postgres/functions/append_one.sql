-- treue.append for a lone stream, in fewer statements: most of a small append's time is starting them. It answers the
-- position of the first event; NULL when the append must be refused, and treue.append then says why.
-- Same rules, same rows, same locks; a race for a key or a version raises 23505.
CREATE OR REPLACE FUNCTION treue.append_one(
    recorded_at    timestamptz,
    s_partition    int,
    s_stream       uuid,
    s_stream_type  text,
    s_expected     bigint,
    s_state        bytea,
    e_type         text[],
    e_occurred_at  timestamptz[],
    e_key          bytea[],
    e_content_hash bytea[],
    e_subject      bytea[],
    e_subject_new  boolean[],
    e_data         json[],
    e_metadata     json[],
    e_digest       bytea[],
    m_data_key     bytea,
    m_profile      bytea,
    account_generation bigint
) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp
    SET plan_cache_mode = force_generic_plan
    SET enable_seqscan = off
    SET enable_hashjoin = off
    SET enable_mergejoin = off
    SET enable_bitmapscan = off
    SET enable_sort = off
    SET jit = off
AS $$
#variable_conflict use_column
DECLARE
    before bigint;
    at     bigint;
    chain  bytea;
    hashes bytea[] := '{}';
BEGIN
    SELECT position, hash INTO before, chain FROM treue.head WHERE partition = s_partition FOR UPDATE;
    IF before IS NULL THEN
        RAISE EXCEPTION 'append: the log has no partition %', s_partition USING ERRCODE = 'TR002';
    END IF;
    IF account_generation <> (SELECT generation FROM treue.projection WHERE name = 'account') THEN
        RAISE EXCEPTION 'append: treue.account was rebuilt since its rows were read' USING ERRCODE = 'TR004';
    END IF;

    IF s_expected <> coalesce((SELECT version FROM treue.event
                                WHERE partition = s_partition AND stream_id = s_stream
                                ORDER BY version DESC LIMIT 1), 0)
       OR EXISTS (SELECT FROM unnest(e_key) AS k (key)
                   CROSS JOIN LATERAL (SELECT FROM treue.event WHERE key = k.key LIMIT 1) AS old
                   WHERE k.key IS NOT NULL)
       OR EXISTS (SELECT FROM unnest(e_subject, e_subject_new) AS n (subject, is_new)
                   CROSS JOIN LATERAL (
                         SELECT FROM (
                                -- OFFSET 0: no index but the one of subjects.
                                SELECT stream_id, subject FROM treue.event
                                 WHERE treue.subject_hash(stream_id, subject)
                                       = treue.subject_hash(s_stream, n.subject)
                                   AND subject IS NOT NULL OFFSET 0) AS near
                          WHERE stream_id = s_stream AND subject = n.subject LIMIT 1) AS old
                   WHERE n.is_new)
    THEN
        RETURN NULL;
    END IF;

    at := before;
    FOR i IN 1 .. cardinality(e_digest) LOOP
        at := at + 1;
        chain := sha256(chain || int8send(at) || e_digest[i]);
        hashes[i] := chain;
    END LOOP;

    WITH moved AS (
        UPDATE treue.head SET position = at, hash = chain WHERE partition = s_partition
    ), account AS (
        UPDATE treue.account
           SET version = s_expected + at - before, updated_at = recorded_at, state = s_state
         WHERE partition = s_partition AND member_id = s_stream AND s_state IS NOT NULL
        RETURNING 1
    ), new_account AS (
        INSERT INTO treue.account (version, updated_at, partition, member_id, state)
        SELECT s_expected + at - before, recorded_at, s_partition, s_stream, s_state
         WHERE s_state IS NOT NULL AND NOT EXISTS (SELECT FROM account)
    ), member AS (
        INSERT INTO treue.member (created_at, updated_at, partition, member_id, data_key, profile)
        SELECT recorded_at, recorded_at, s_partition, s_stream, m_data_key, m_profile
         WHERE m_profile IS NOT NULL
            ON CONFLICT (partition, member_id) DO UPDATE
           SET updated_at = excluded.updated_at, data_key = excluded.data_key, profile = excluded.profile
    )
    INSERT INTO treue.event (position, version, occurred_at, recorded_at, partition, stream_id, stream_type, type,
                             key, content_hash, subject, hash, data, metadata)
    SELECT before + e.n, s_expected + e.n, e.occurred_at, recorded_at, s_partition, s_stream, s_stream_type, e.type,
           e.key, e.content_hash, e.subject, e.hash, e.data, e.metadata
      FROM unnest(e_type, e_occurred_at, e_key, e_content_hash, e_subject, e_data, e_metadata, hashes)
           WITH ORDINALITY AS e (type, occurred_at, key, content_hash, subject, data, metadata, hash, n);
    RETURN before + 1;
END
$$;

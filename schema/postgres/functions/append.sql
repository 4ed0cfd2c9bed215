-- Appends to many streams in one statement, which is one transaction and one fsync: a group is what one stream gets.
--
-- A group is taken whole or refused whole, and a refused one never spoils its neighbours. It is refused because
--   key       an event somewhere in the log bears one of its keys already (found_* says which);
--   version   its stream does not end at the expected version (found_version says where it ends);
--   subject   its stream has an event about a subject that should have been new (found_* says which).
-- Two calls that write each other's keys at the very same moment raise 40P01 (or 23505) for the whole call; nothing is then
-- appended, and the same call again finds those keys.
--
-- Few calls repeat anything, so it is left to the index of keys to say so; only then, or where a group must be refused for
-- another reason, the keys are looked up, and what is left goes in.
--
-- g_*  one element a group, sorted by partition; a stream at most once. g_state NULL leaves the account row alone.
-- e_*  one element an event, sorted by group; e_group counts from 1. e_digest is the digest of all columns but position
--      and hash, made by the client (EventLog's EventDigest), who knows the version from g_expected.
-- m_*  rows of treue.member to write along with their group.
-- account_generation  which treue.account the states were worked out from (treue.projection); when a rebuild has put
--      another in its place since, the whole call is refused with TR004. NULL: they rest on no row read before.
--
-- The settings are part of the function, because its plans are made once a connection, perhaps when the tables were
-- tiny: what it needs is always the one index that gives the order, a few rows at a time.
-- docs/decisions/0002-append-function.md has the measurements. It locks heads in order of partition, so that two batches never deadlock over them; it asks for no
-- sequence, clock, advisory lock or NOTIFY, so that it can run on the node that owns its partitions.
CREATE OR REPLACE FUNCTION treue.append(
    recorded_at    timestamptz,
    g_partition    int[],
    g_stream       uuid[],
    g_stream_type  text[],
    g_expected     bigint[],
    g_state        bytea[],
    e_group        int[],
    e_type         text[],
    e_occurred_at  timestamptz[],
    e_key          bytea[],
    e_content_hash bytea[],
    e_subject      bytea[],
    e_subject_new  boolean[],
    e_data         json[],
    e_metadata     json[],
    e_digest       bytea[],
    m_group        int[],
    m_data_key     bytea[],
    m_profile      bytea[],
    account_generation bigint
) RETURNS TABLE (
    ordinal            int,     -- of the group, from 1
    status             text,    -- appended, key, version, subject
    first_position     bigint,  -- of the group's first event, when appended
    found_partition    int,
    found_position     bigint,
    found_stream       uuid,
    found_version      bigint,
    found_content_hash bytea,
    found_key          bytea
)
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
    groups         int := cardinality(g_partition);
    events         int := cardinality(e_group);
    head_partition int[];
    head_position  bigint[];
    head_hash      bytea[];
    new_position   bigint[];    -- the heads as they will be
    new_hash       bytea[];
    looks          boolean;     -- whether keys are looked up
    h              int;         -- the head being extended: its place in the arrays above,
    here           int;         -- its partition,
    at             bigint;      -- the last position given,
    chain          bytea;       -- and that event's hash
    refused        boolean[];
    before         bigint[];    -- the partition's position before the group
    after          bigint[];    -- and after it
    positions      bigint[];
    hashes         bytea[];
    g              int;
    moved          bigint;
    missing        bigint;
    skip           boolean;
    r              record;
BEGIN
    SELECT array_agg(l.partition), array_agg(l.position), array_agg(l.hash)
      INTO head_partition, head_position, head_hash
      FROM (SELECT partition, position, hash FROM treue.head
             WHERE partition = ANY (g_partition) ORDER BY partition FOR UPDATE) AS l;

    -- A swap holds every head, so what is seen now stays so until this transaction ends.
    IF account_generation <> (SELECT generation FROM treue.projection WHERE name = 'account') THEN
        RAISE EXCEPTION 'append: treue.account was rebuilt since its rows were read' USING ERRCODE = 'TR004';
    END IF;

    -- Events that were closed lie in a table with indexes of its own.
    looks := EXISTS (SELECT FROM pg_inherits WHERE inhparent = 'treue.event'::regclass);

    <<attempt>>
    LOOP
        refused := array_fill(false, ARRAY[groups]);
        before := array_fill(NULL::bigint, ARRAY[groups]);
        after := before;
        positions := array_fill(NULL::bigint, ARRAY[events]);
        hashes := array_fill(NULL::bytea, ARRAY[events]);
        new_position := head_position;
        new_hash := head_hash;

        IF looks THEN
            FOR r IN
                SELECT k.g, k.key, old.*
                  FROM unnest(e_group, e_key) AS k (g, key)
                 CROSS JOIN LATERAL (
                       SELECT partition, position, stream_id, version, content_hash FROM treue.event
                        WHERE key = k.key LIMIT 1) AS old
                 WHERE k.key IS NOT NULL
            LOOP
                CONTINUE WHEN refused[r.g];
                refused[r.g] := true;
                ordinal := r.g; status := 'key'; found_key := r.key;
                found_partition := r.partition; found_position := r.position; found_stream := r.stream_id;
                found_version := r.version; found_content_hash := r.content_hash;
                RETURN NEXT;
            END LOOP;
        END IF;

        FOR r IN
            SELECT s.g::int, s.partition, s.stream_id, coalesce(last.version, 0) AS version
              FROM unnest(g_partition, g_stream, g_expected) WITH ORDINALITY AS s (partition, stream_id, expected, g)
              LEFT JOIN LATERAL (
                   SELECT version FROM treue.event
                    WHERE partition = s.partition AND stream_id = s.stream_id
                    ORDER BY version DESC LIMIT 1) AS last ON true
             WHERE coalesce(last.version, 0) <> s.expected
        LOOP
            IF NOT looks THEN
                looks := true;
                CONTINUE attempt;
            END IF;
            CONTINUE WHEN refused[r.g];
            refused[r.g] := true;
            ordinal := r.g; status := 'version'; found_key := NULL;
            found_partition := r.partition; found_position := NULL; found_stream := r.stream_id;
            found_version := r.version; found_content_hash := NULL;
            RETURN NEXT;
        END LOOP;

        IF true = ANY (e_subject_new) THEN
            FOR r IN
                SELECT n.g, old.*
                  FROM unnest(e_group, e_subject, e_subject_new) AS n (g, subject, is_new)
                 CROSS JOIN LATERAL (
                       SELECT partition, position, stream_id, version, content_hash, key FROM (
                              -- OFFSET 0: no index but the one of subjects.
                              SELECT * FROM treue.event
                               WHERE treue.subject_hash(stream_id, subject)
                                     = treue.subject_hash(g_stream[n.g], n.subject)
                                 AND subject IS NOT NULL OFFSET 0) AS near
                        WHERE stream_id = g_stream[n.g] AND subject = n.subject LIMIT 1) AS old
                 WHERE n.is_new
            LOOP
                IF NOT looks THEN
                    looks := true;
                    CONTINUE attempt;
                END IF;
                CONTINUE WHEN refused[r.g];
                refused[r.g] := true;
                ordinal := r.g; status := 'subject'; found_key := r.key;
                found_partition := r.partition; found_position := r.position; found_stream := r.stream_id;
                found_version := r.version; found_content_hash := r.content_hash;
                RETURN NEXT;
            END LOOP;
        END IF;

        h := 0;
        here := -1;
        g := 0;
        FOR i IN 1 .. events LOOP
            IF e_group[i] <> g THEN
                IF e_group[i] < g THEN
                    RAISE EXCEPTION 'append: events are not sorted by group' USING ERRCODE = 'TR003';
                END IF;
                g := e_group[i];
                skip := refused[g];
                IF NOT skip THEN
                    IF g_partition[g] <> here THEN
                        IF h > 0 THEN
                            new_position[h] := at;
                            new_hash[h] := chain;
                        END IF;
                        here := g_partition[g];
                        h := array_position(head_partition, here);
                        IF h IS NULL THEN
                            RAISE EXCEPTION 'append: the log has no partition %', here USING ERRCODE = 'TR002';
                        END IF;
                        at := head_position[h];
                        chain := head_hash[h];
                    END IF;
                    before[g] := at;
                END IF;
            END IF;
            CONTINUE WHEN skip;
            at := at + 1;
            chain := sha256(chain || int8send(at) || e_digest[i]);
            positions[i] := at;
            hashes[i] := chain;
            after[g] := at;
        END LOOP;
        IF h > 0 THEN
            new_position[h] := at;
            new_hash[h] := chain;
        END IF;

        BEGIN
            INSERT INTO treue.event (position, version, occurred_at, recorded_at, partition, stream_id, stream_type, type,
                                     key, content_hash, subject, hash, data, metadata)
            SELECT e.position, g_expected[e.g] + e.position - before[e.g], e.occurred_at, recorded_at,
                   g_partition[e.g], g_stream[e.g], g_stream_type[e.g], e.type,
                   e.key, e.content_hash, e.subject, e.hash, e.data, e.metadata
              FROM unnest(e_group, e_type, e_occurred_at, e_key, e_content_hash, e_subject, e_data, e_metadata, positions,
                          hashes) AS e (g, type, occurred_at, key, content_hash, subject, data, metadata, position, hash)
             WHERE e.position IS NOT NULL;
            EXIT;
        EXCEPTION WHEN unique_violation THEN
            IF looks THEN
                RAISE;
            END IF;
            looks := true;
        END;
    END LOOP;

    UPDATE treue.head
       SET position = n.position, hash = n.hash
      FROM unnest(head_partition, new_position, new_hash) AS n (partition, position, hash)
     WHERE head.partition = n.partition AND head.partition = ANY (g_partition) AND head.position <> n.position;

    -- Nearly every account is there already; an upsert would lock its row first, and write that lock to the WAL. Found by a
    -- probe each and updated where it lies, whatever the planner believed of the table when it made the plan.
    UPDATE treue.account
       SET version = s.expected + s.after - s.before, updated_at = recorded_at, state = s.state
      FROM unnest(g_partition, g_stream, g_state, g_expected, before, after)
           AS s (partition, stream_id, state, expected, before, after)
     CROSS JOIN LATERAL (
           SELECT ctid FROM treue.account WHERE partition = s.partition AND member_id = s.stream_id LIMIT 1) AS old
     WHERE account.ctid = old.ctid AND s.after IS NOT NULL AND s.state IS NOT NULL AND s.expected > 0;
    GET DIAGNOSTICS moved = ROW_COUNT;
    missing := (SELECT count(*) FROM unnest(g_state, g_expected, after) AS s (state, expected, after)
                 WHERE s.after IS NOT NULL AND s.state IS NOT NULL AND s.expected > 0) - moved;
    IF missing > 0 OR 0 = ANY (g_expected) THEN
        INSERT INTO treue.account (version, updated_at, partition, member_id, state)
        SELECT s.expected + s.after - s.before, recorded_at, s.partition, s.stream_id, s.state
          FROM unnest(g_partition, g_stream, g_state, g_expected, before, after)
               AS s (partition, stream_id, state, expected, before, after)
         WHERE s.after IS NOT NULL AND s.state IS NOT NULL AND (s.expected = 0 OR missing > 0)
            ON CONFLICT (partition, member_id) DO UPDATE
           SET version = excluded.version, updated_at = excluded.updated_at, state = excluded.state;
    END IF;

    IF cardinality(m_group) > 0 THEN
        INSERT INTO treue.member (created_at, updated_at, partition, member_id, data_key, profile)
        SELECT recorded_at, recorded_at, g_partition[m.g], g_stream[m.g], m.data_key, m.profile
          FROM unnest(m_group, m_data_key, m_profile) AS m (g, data_key, profile)
         WHERE after[m.g] IS NOT NULL
            ON CONFLICT (partition, member_id) DO UPDATE
           SET updated_at = excluded.updated_at, data_key = excluded.data_key, profile = excluded.profile;
    END IF;

    RETURN QUERY
        SELECT a.g::int, 'appended', a.before + 1,
               NULL::int, NULL::bigint, NULL::uuid, NULL::bigint, NULL::bytea, NULL::bytea
          FROM unnest(before, after) WITH ORDINALITY AS a (before, after, g)
         WHERE a.after IS NOT NULL;
END
$$;

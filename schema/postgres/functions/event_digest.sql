-- The digest of an event as EventLog's EventDigest makes it: every column but position and hash, each with its length
-- before it (four bytes, big-endian; ffffffff for NULL), after a word that names the encoding.
-- For auditors and tests: hash = sha256(previous hash || int8send(position) || treue.event_digest(event)).
CREATE OR REPLACE FUNCTION treue.event_digest(e treue.event) RETURNS bytea
    LANGUAGE sql STABLE
    SET search_path = pg_catalog, pg_temp
AS $$
    SELECT sha256(
        convert_to('treue.event.1', 'UTF8')
        || string_agg(coalesce(int4send(length(field.bytes)) || field.bytes, '\xffffffff'), ''::bytea ORDER BY field.n))
      FROM (VALUES
        (1, int4send(e.partition)),
        (2, convert_to(e.stream_type, 'UTF8')),
        (3, uuid_send(e.stream_id)),
        (4, int8send(e.version)),
        (5, convert_to(e.type, 'UTF8')),
        (6, int8send((extract(epoch FROM e.occurred_at) * 1000000)::bigint)),
        (7, int8send((extract(epoch FROM e.recorded_at) * 1000000)::bigint)),
        (8, e.key),
        (9, e.content_hash),
        (10, e.subject),
        (11, convert_to(e.data::text, 'UTF8')),
        (12, convert_to(e.metadata::text, 'UTF8'))
      ) AS field (n, bytes)
$$;

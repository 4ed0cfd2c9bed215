-- How many points each agent gave by hand on a day of the programme's zone.
CREATE TABLE treue.agent_day (
    points    bigint NOT NULL DEFAULT 0,
    agent     uuid   NOT NULL,
    programme text   NOT NULL,
    day       text   NOT NULL,
    PRIMARY KEY (agent, programme, day)
);

-- What each act used up of it: once, however often the act is asked for.
CREATE TABLE treue.agent_act (
    points    bigint NOT NULL,
    act_id    uuid   PRIMARY KEY,
    agent     uuid   NOT NULL,
    programme text   NOT NULL,
    day       text   NOT NULL
);

-- Adjustments above what one may give alone.
CREATE TABLE treue.adjustment_request (
    requested_at timestamptz NOT NULL,
    approved_at  timestamptz,
    id           uuid        PRIMARY KEY,
    member_id    uuid        NOT NULL,
    requested_by uuid        NOT NULL,
    approved_by  uuid,
    points       bigint      NOT NULL,
    wallet       text        NOT NULL,
    reason       text        NOT NULL,
    note         text                   -- sealed under the member's own key
);

CREATE INDEX adjustment_request_open ON treue.adjustment_request (id) WHERE approved_at IS NULL;

-- What concerns two members and is under way: the first one's event may be in the log, the second one's not yet. Deleted
-- when both are.
CREATE TABLE treue.errand (
    begun_at timestamptz NOT NULL,
    id       uuid        PRIMARY KEY,
    first    uuid        NOT NULL,
    second   uuid        NOT NULL,
    kind     text        NOT NULL
);

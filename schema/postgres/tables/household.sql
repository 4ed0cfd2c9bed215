-- Accounts that belong to several members together. The account itself is a member's, without a person.
CREATE TABLE treue.household (
    created_at   timestamptz NOT NULL,
    household_id uuid        PRIMARY KEY
);

-- Who belongs to one: a member to one household at most.
CREATE TABLE treue.household_member (
    joined_at    timestamptz NOT NULL,
    household_id uuid        NOT NULL REFERENCES treue.household,
    member_id    uuid        PRIMARY KEY
);

CREATE INDEX household_member_household ON treue.household_member (household_id, joined_at);

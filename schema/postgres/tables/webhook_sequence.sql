-- Numbers deliveries in the order in which they are committed: its row lock makes those who write some wait for each
-- other, so that whoever reads on from a number misses nothing.
CREATE TABLE treue.webhook_sequence (
    position bigint  NOT NULL,
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row)
) WITH (fillfactor = 20);

INSERT INTO treue.webhook_sequence (position) VALUES (0);

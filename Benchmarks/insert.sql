-- The baseline, for pgbench: one row a transaction into a table with one index.
insert into public.baseline (payload) values (repeat('x', 300));

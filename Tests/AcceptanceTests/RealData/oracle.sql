-- What every member of the Online Retail data must have at an instant: points, qualifying spend of that calendar year
-- in pence, and tier. Worked out over the raw CSV by set-based SQL, without the converter, the programme file or the
-- engine; only the written rules are shared (examples/online-retail/README.md).
--
--     psql -X -q -v ON_ERROR_STOP=1 -v csv=online-retail.csv.gz -v instant=2011-03-01T00:00:00Z -f oracle.sql
--
-- prints `external_id,points,qualifying_minor,tier`, sorted by external_id, one row for every customer of the file who
-- has an event at any time (before the first one: 0,0,insider). With `-v flat=1` everybody earns one point for each pound,
-- whatever their tier. With `-v reasons=1` it prints `reason,rows` instead:
-- how many rows of the file were left out and why, `kept` among them. The CSV may be gzipped. Only temporary tables are
-- made.
--
-- Why there is no recursion: until the end of 2011 no tier can end (one reached in 2010 holds until 2011-12-31) and no
-- points can lapse (18 months), so a member's tier is the highest that a purchase has reached so far.

\if :{?flat}
\else
  \set flat 0
\endif

\if :{?reasons}
\else
  select :'instant'::timestamptz >= '2012-01-01 00:00 Europe/London' as beyond \gset
  \if :beyond
    do $$ begin raise exception 'the oracle knows no reviews and no expiry: ask for an instant before 2012'; end $$;
  \endif
\endif

create temp table raw (
  row_number bigint generated always as identity,
  invoice text, code text, name text, quantity text, at text, price text, customer text, country text
);
-- \copy takes no variables, but a variable may hold all of it.
\set load '\\copy raw (invoice, code, name, quantity, at, price, customer, country) from program \'gzip -cdf -- ' :csv '\' with (format csv, header true)'
:load

create temp table readable as
select
  row_number,
  upper(btrim(invoice)) as invoice,
  upper(btrim(invoice)) like 'C%' as returned,
  upper(btrim(code)) as code,
  btrim(code) as sku,
  case when btrim(quantity) ~ '^-?\d{1,9}$' then quantity::bigint end as quantity,
  case when btrim(at) ~ '^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$' then at::timestamp end as at,
  case when btrim(price) ~ '^-?\d{1,9}(\.\d+)?$' then price::numeric end as price,
  nullif(btrim(customer), '') as customer
from raw;

-- The first reason that applies. (Rows of another customer and invoices of more than 1,000 different lines follow.)
create temp table judged as
select
  *,
  case
    when
      quantity is null or at is null or price is null or coalesce(sku, '') = '' or invoice !~ '^[A-Z]?\d+$'
      or customer !~ '^\d+$'
    then 'unreadable'
    when invoice !~ '^C?\d' or code in ('B', 'ADJUST', 'ADJUST2') or (code = 'D' and not returned) then 'adjustment'
    when code like 'TEST%' then 'test'
    when code = 'S' then 'sample'
    when code in ('AMAZONFEE', 'BANK CHARGES', 'CRUK') then 'fee'
    when quantity = 0 then 'zero_quantity'
    when quantity < 0 and not returned then 'negative_quantity_in_sale'
    when quantity > 0 and returned then 'positive_quantity_in_return'
    when price = 0 then 'zero_price'
    when price < 0 then 'negative_price'
    when price * 100 <> trunc(price * 100) then 'price_below_a_penny'
    when customer is null then 'guest'
  end as reason
from readable;

create temp table member_row as
select *, first_value(customer) over (partition by invoice order by row_number) as owner
from judged
where reason is null;

-- One event an invoice. Postage, carriage and gift cards neither earn nor count.
create temp table event as
select
  owner as member,
  invoice,
  returned,
  min(at) at time zone 'Europe/London' as at,
  extract(year from min(at))::int as year,
  min(row_number) as position,
  count(*) as row_count,
  case when count(*) <= 1000 then count(*) else count(distinct (sku, price)) end as line_count,
  sum(case
    when code in ('POST', 'DOT', 'C2') or code like 'GIFT\_%' then 0
    else abs(quantity) * (price * 100)::bigint
  end)::bigint as eligible
from member_row
where customer = owner
group by owner, invoice, returned;

create temp table happened as
select
  *,
  case when returned then -eligible else eligible end as qualifying,
  row_number() over (partition by member order by at, position) as step
from event
where line_count <= 1000;

create temp table spent as
select *, sum(qualifying) over (partition by member, year order by step)::bigint as spend_of_year
from happened;

-- Tiers as 0, 1, 2. A purchase may raise the tier, a return never lowers it; a purchase earns at the tier before it.
create temp table ranked as
select
  *,
  coalesce(
    max(case when returned then 0 when spend_of_year >= 100000 then 2 when spend_of_year >= 35000 then 1 else 0 end)
      over (partition by member order by step rows between unbounded preceding and 1 preceding),
    0) as rank_before,
  max(case when returned then 0 when spend_of_year >= 100000 then 2 when spend_of_year >= 35000 then 1 else 0 end)
    over (partition by member order by step) as rank_after
from spent;

-- 1, 1.25 or 1.5 points for each pound, rounded down once an event; quarters of a point keep it in whole numbers.
create temp table moved as
select
  *,
  (case when returned then -1 else 1 end) * ((4 + case when :flat = 1 then 0 else rank_before end) * eligible / 400)
    as points
from ranked;

\if :{?reasons}
  copy (
    select reason, sum(rows) as rows
    from (
      select reason, count(*) as rows from judged where reason is not null group by reason
      union all
      select 'other_customer', count(*) from member_row where customer <> owner
      union all
      select 'too_many_lines', coalesce(sum(row_count), 0) from event where line_count > 1000
      union all
      select 'kept', sum(row_count) from event where line_count <= 1000
    ) as counted
    group by reason
    having sum(rows) > 0
    order by reason
  ) to stdout (format csv);
\else
  copy (
    select
      member as external_id,
      coalesce(sum(points) filter (where at <= :'instant'), 0)::bigint as points,
      coalesce(
        sum(qualifying) filter (
          where at <= :'instant' and year = extract(year from :'instant'::timestamptz at time zone 'Europe/London')),
        0)::bigint as qualifying_minor,
      (array['insider', 'vib', 'rouge'])[1 + coalesce(max(rank_after) filter (where at <= :'instant'), 0)] as tier
    from moved
    group by member
    order by member collate "C"
  ) to stdout (format csv);
\endif

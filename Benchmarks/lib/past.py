"""Questions about the past of one member with very many events."""

import json
import statistics
import time
import urllib.request

FIRST = 1_700_000_000
APART = 1_000


def run(server, purchases, note):
    """Records so many purchases of one member in order, and asks; milliseconds, the median of seven requests."""
    note(f"{purchases} purchases of one member")
    for begin in range(0, purchases, 500):
        events = [event(number) for number in range(begin, min(begin + 500, purchases))]
        call(server, "/v1/events", json.dumps(events).encode())
    events = int(server.sql("select sum(position) from treue.head"))
    while int(server.sql("select coalesce(max(version), 0) from treue.snapshot")) < events // 500 * 500 - 500:
        time.sleep(0.1)
    member = call(server, "/v1/members?external_id=past")["id"]
    figures = {"events": events, "balance": asked(server, f"/v1/members/{member}/balance")}
    for share in (0.1, 0.5, 0.9):
        at = stamp(FIRST + int(purchases * share) * APART + 1)
        figures[f"balance as_of, {share:g} of the way"] = asked(server, f"/v1/members/{member}/balance?as_of={at}")
        figures[f"50 entries as_of, {share:g} of the way"] = asked(
            server, f"/v1/members/{member}/entries?limit=50&as_of={at}")
    figures["balance known_at"] = asked(server, f"/v1/members/{member}/balance?known_at={stamp(time.time())}")
    return figures


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def event(number):
    return {
        "specversion": "1.0", "type": "purchase.completed", "source": "/bench/past", "id": str(number),
        "time": stamp(FIRST + number * APART),
        # The basket of purchases.lua: afterwards each purchase must have earned the same.
        "data": {"member": {"external_id": "past"}, "order_id": str(number), "currency": "GBP",
                 "lines": [{"sku": "tea", "quantity": 2, "unit_price": 1250, "categories": ["food"]},
                           {"sku": "cup", "quantity": 1, "unit_price": 990}]},
    }


def call(server, path, body=None):
    headers = {"Authorization": f"Bearer {server.key}", "Content-Type": "application/cloudevents-batch+json"}
    with urllib.request.urlopen(urllib.request.Request(server.base + path, data=body, headers=headers)) as answer:
        return json.load(answer)


def asked(server, path):
    took = []
    for _ in range(7):
        begin = time.monotonic()
        call(server, path)
        took.append((time.monotonic() - begin) * 1000)
    return round(statistics.median(took), 1)

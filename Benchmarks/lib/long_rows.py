"""The rows that take hours: a log of 50 million events, and an hour of mixed load."""

import json
import os
import shutil
import statistics
import time
import uuid

from . import load
from .compare import BEHIND

# A purchase is two events, 1.2 KB of rows and 0.4 KB of index entries; the write-ahead log keeps up to 4 GB.
BYTES_AN_EVENT = 900
PIECE = 1_000_000


def run(server, empty, options, note):
    needed = max(0, options.events - events(server)) * BYTES_AN_EVENT + 12 * 2**30
    free = shutil.disk_usage(server.cluster).free
    if free < needed:
        raise SystemExit(f"bench: --long needs {needed >> 30} GB in {server.cluster}, which has {free >> 30} GB")
    grow(server, options.events, note)
    note("waiting until the reports have taken everything in")
    end = time.monotonic() + 600
    while int(server.sql(BEHIND)) > 0 and time.monotonic() < end:
        time.sleep(1)
    for one in (server, empty):
        one.age(1)
    result = {"events": events(server), "rates": {"empty": [], "full": []}}
    rates = result["rates"]
    turns = [("empty", empty), ("full", server)]
    for number in range(1, 7):
        note(f"purchases, round {number} of 6")
        for name, one in turns:
            rates[name].append(load.wrk(one, "purchases.lua", 64, 10)["rate"])
        turns.reverse()
    result["ratio"] = statistics.median(full / empty for empty, full in zip(rates["empty"], rates["full"]))
    note(f"{rates}: with {result['events']} events {result['ratio']:.2f} of the rate with none")
    empty.stop()
    result["hour"] = mixed(server, options.minutes, note)
    return result


def events(server):
    return int(server.sql("select sum(position) from treue.head"))


def grow(server, wanted, note):
    path = os.path.join(server.folder, "grow.ndjson")
    while (there := events(server)) < wanted:
        note(f"{there} of {wanted} events")
        load.purchases_file(path, min(PIECE, (wanted - there) // 2 + 1), 50_000, uuid.uuid4().hex[:10])
        report = json.loads(server.run("import", path, "--json"))
        os.remove(path)
        assert report["rejected"] == 0, report


def mixed(server, minutes, note):
    """Purchases, returns, redemptions and balances together, then batches, then balances alone; memory, descriptors and
    latency once a minute."""
    ids = os.path.join(server.folder, "ids")
    with open(ids, "w") as file:
        file.write(server.sql("select member_id from treue.member limit 20000") + "\n")
    samples = []
    end = time.monotonic() + minutes * 60
    while time.monotonic() < end:
        day = load.wrk(server, "mixed.lua", 32, 30, MEMBERS=20_000, IDS=ids, PAUSE=10)
        load.wrk(server, "purchases.lua", 4, 10, BATCH=50)
        reads = load.wrk(server, "balances.lua", 32, 20, IDS=ids)
        samples.append({
            "mixed": day["rate"], "p50_ms": day["p50_us"] / 1000, "p99_ms": day["p99_us"] / 1000,
            "balances": reads["rate"], "megabytes": server.memory_megabytes(), "descriptors": server.descriptors(),
        })
        note(f"minute {len(samples)}: {samples[-1]}")
    return samples

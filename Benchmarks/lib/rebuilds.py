"""Rebuilds of the accounts under load: what they cost those who write meanwhile."""

import json
import os
import signal
import subprocess
import threading
import time
import uuid

from . import load

REBUILDS, KILLS = 10, 2


def run(server, events, scratch, note):
    """Purchases of 32 clients alone, then while the accounts are rebuilt again and again, two rebuilds killed."""
    note(f"loading {events} purchases")
    path = os.path.join(scratch, "history.ndjson")
    load.purchases_file(path, events, max(1, events // 20), uuid.uuid4().hex[:10])
    assert json.loads(server.run("import", path, "--json"))["accepted"] == events
    load.wrk(server, "purchases.lua", 32, 5)
    note("32 clients alone")
    alone = load.wrk(server, "purchases.lua", 32, 20)
    note(f"32 clients beside {REBUILDS} rebuilds and {KILLS} that are killed")
    begin = time.monotonic()
    ended = threading.Event()
    slices = []

    def sell():
        while not ended.is_set():
            slices.append(load.wrk(server, "purchases.lua", 32, 5))

    seller = threading.Thread(target=sell)
    seller.start()
    try:
        for _ in range(KILLS):
            kill_one(server)
        for _ in range(REBUILDS):
            server.run("projections", "rebuild", "account")
    finally:
        ended.set()
        seller.join()
    seconds = time.monotonic() - begin
    # wrk itself raises where a request failed.
    worst = max(part["p99_us"] for part in slices)
    return {
        "events": int(server.sql("select count(*) from treue.event")), "seconds": seconds,
        "alone_rate": alone["rate"], "alone_p99_ms": alone["p99_us"] / 1000,
        "beside_rate": sum(part["requests"] for part in slices) / sum(part["seconds"] for part in slices),
        "beside_p99_ms": sorted(part["p99_us"] for part in slices)[len(slices) // 2] / 1000,
        "beside_worst_p99_ms": worst / 1000,
        "p99_ratio": sorted(part["p99_us"] for part in slices)[len(slices) // 2] / alone["p99_us"],
    }


def kill_one(server):
    """Begins a rebuild and kills it between its first partition and its last."""
    filled = "select count(*) from treue.checkpoint where projection = 'account_next'"
    process = subprocess.Popen(
        [server.treue, "projections", "rebuild", "account"], env=server.env, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL)
    while process.poll() is None:
        if 0 < int(server.sql(filled)) < 64:
            process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.returncode == -signal.SIGKILL, "a rebuild too fast to be killed: load more purchases"

"""Ten times the load that the server takes at a time, for a while: what becomes of it, and of the server."""

import json
import threading
import time
import urllib.error
import urllib.request
import uuid

from . import load

TAKEN, TIMES = 64, 10


def run(server, seconds, note):
    """A server that takes 64 requests at a time meets 640 clients; one more buys now and then and measures."""
    note(f"{TAKEN} clients, as many as it takes at a time")
    calm = load.wrk(server, "purchases.lua", TAKEN, 10)
    before = server.memory_megabytes()
    note(f"{TAKEN * TIMES} clients for {seconds} seconds")
    ended = threading.Event()
    buys, memory = [], []

    def buy():
        while not ended.is_set():
            buys.append(purchase(server))
            memory.append(server.memory_megabytes())
            time.sleep(0.05)

    buyer = threading.Thread(target=buy)
    buyer.start()
    try:
        # wrk counts refusals as failures; overload.lua tells them apart.
        answers = load.wrk(server, "overload.lua", TAKEN * TIMES, seconds, tolerated=True)
    finally:
        ended.set()
        buyer.join()
    begin = time.monotonic()
    while not all(status == 201 and micros < 50_000 for status, micros in (purchase(server) for _ in range(20))):
        if time.monotonic() - begin > 60:
            break
    recovered = time.monotonic() - begin
    taken = sorted(micros for status, micros in buys if status == 201)
    return {
        "calm_rate": calm["rate"], "calm_p99_ms": calm["p99_us"] / 1000,
        "accepted_rate": answers["accepted"] / answers["seconds"],
        "told_to_wait_rate": answers["told_to_wait"] / answers["seconds"],
        "other_answers": answers["others"] + sum(status not in (201, 429, 503) for status, _ in buys),
        "broken_connections": answers["broken"],
        "accepted_p50_ms": taken[len(taken) // 2] / 1000, "accepted_p99_ms": taken[len(taken) * 99 // 100] / 1000,
        "memory_before": before, "memory_first": max(memory[:len(memory) // 4]), "memory_last": max(memory[-20:]),
        "recovered_seconds": recovered,
    }


def purchase(server):
    """Status and microseconds of one purchase."""
    name = uuid.uuid4().hex
    event = {
        "specversion": "1.0", "type": "purchase.completed", "source": "/bench/overload", "id": name,
        "data": {"member": {"external_id": "overload"}, "order_id": name, "currency": "GBP",
                 # The basket of purchases.lua: afterwards each purchase must have earned the same.
                 "lines": [{"sku": "tea", "quantity": 2, "unit_price": 1250, "categories": ["food"]},
                           {"sku": "cup", "quantity": 1, "unit_price": 990}]},
    }
    request = urllib.request.Request(
        server.base + "/v1/events", data=json.dumps(event).encode(),
        headers={"Authorization": "Bearer " + server.key, "Content-Type": "application/cloudevents+json"})
    begin = time.monotonic()
    try:
        with urllib.request.urlopen(request) as answer:
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    return status, int((time.monotonic() - begin) * 1e6)

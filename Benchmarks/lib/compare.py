"""Two builds of treue side by side: the same rows in turns, and the processor time that a unit takes."""

import os

from . import load
from .servers import Server

# What, script, connections, its settings, units a request.
ROWS = [("purchases", "purchases.lua", 64, {}, 1), ("batches", "purchases.lua", 8, {"BATCH": 100}, 100),
        ("lone", "purchases.lua", 1, {}, 1)]

# Of the follower that is the farthest.
BEHIND = """select max(logged - read) from (select sum(position) as logged from treue.head) as head,
    (select sum(position) as read from treue.checkpoint group by projection) as followers"""


def run(programs, seconds, rounds, scratch, note):
    """One line a round, program and row. Each round begins with an empty database."""
    lines = []
    for number in range(1, rounds + 1):
        for place, program in enumerate(programs):
            folder = os.path.join(scratch, f"{number}-{place}")
            server = Server(program, folder)
            try:
                server.start()
                # The first row fills caches and enrols the members.
                load.wrk(server, "purchases.lua", 64, seconds)
                for name, script, connections, settings, units in ROWS:
                    before = processor_micros(server)
                    result = load.wrk(server, script, connections, seconds, **settings)
                    done = result["requests"] * units
                    spent = [round((b - a) / done) for a, b in zip(before, processor_micros(server))]
                    lines.append({
                        "program": program, "round": number, "row": name, "rate": round(result["rate"] * units),
                        "p99_ms": round(result["p99_us"] / 1000, 1), "server_us": spent[0], "postgresql_us": spent[1],
                        "memory_mb": round(server.memory_megabytes()), "behind_events": int(server.sql(BEHIND))})
                    note(" ".join(f"{key} {value}" for key, value in lines[-1].items()))
            finally:
                server.stop()
                server.remove()
    return lines


def processor_micros(server):
    """Processor time of the server and of all of PostgreSQL so far; nothing else of PostgreSQL may run on the machine."""
    tick = 1_000_000 // os.sysconf("SC_CLK_TCK")
    database = 0
    for entry in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{entry}/comm") as file:
                database += ticks(entry) if file.read().startswith("postgres") else 0
        except OSError:
            continue
    return ticks(server.process.pid) * tick, database * tick


def ticks(process):
    with open(f"/proc/{process}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])

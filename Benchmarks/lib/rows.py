"""The rows of the table: what is measured, beside what, and what it must come to."""

import json
import os
import subprocess
import time
import uuid

from . import load


class Round:
    """One round: every row once, interleaved with its baseline. `figures` collects name → value."""

    def __init__(self, server, baseline, seconds, import_count, scratch):
        self.server, self.baseline, self.seconds = server, baseline, seconds
        self.import_count, self.scratch = import_count, scratch
        self.figures = {}
        self.sold = 0

    def run(self, note):
        for step in (self.inserts, self.purchases, self.batches, self.hot, self.lone, self.reads, self.import_,
                     self.replay, self.start):
            note(step.__name__.strip("_"))
            step()
        return self.figures

    def inserts(self):
        self.figures["pgbench_16"] = load.pgbench(self.baseline, 16, self.seconds)["rate"]

    def purchases(self):
        self.figures["events_before"] = int(self.server.sql("select coalesce(sum(position), 0) from treue.head"))
        before = self.server.sql("select pg_current_wal_insert_lsn()")
        result = self.wrk("purchases.lua", 64)
        wal = float(self.server.sql(f"select pg_current_wal_insert_lsn() - '{before}'"))
        self.figures["purchases_64"] = result["rate"]
        self.figures["purchases_64_p50"] = result["p50_us"] / 1000
        self.figures["purchases_64_p99"] = result["p99_us"] / 1000
        self.figures["wal"] = wal / result["requests"]
        self.figures["memory_load"] = self.server.memory_megabytes()

    def batches(self):
        self.figures["batches"] = self.wrk("purchases.lua", 8, BATCH=100)["rate"] * 100

    def hot(self):
        self.figures["hot"] = self.wrk("purchases.lua", 64, MEMBERS=1)["rate"]

    def lone(self):
        inserts = load.pgbench(self.baseline, 1, self.seconds)
        result = self.wrk("purchases.lua", 1)
        self.figures["pgbench_1_p50"], self.figures["pgbench_1_p99"] = inserts["p50_us"] / 1000, inserts["p99_us"] / 1000
        self.figures["lone_p50"], self.figures["lone_p99"] = result["p50_us"] / 1000, result["p99_us"] / 1000

    def reads(self):
        ids = os.path.join(self.scratch, "ids")
        with open(ids, "w") as file:
            file.write(self.server.sql("select member_id from treue.account limit 2000") + "\n")
        self.figures["livez"] = self.wrk("livez.lua", 64)["rate"]
        self.figures["balance"] = self.wrk("balances.lua", 64, IDS=ids)["rate"]

    def import_(self):
        path = os.path.join(self.scratch, "import.ndjson")
        load.purchases_file(path, self.import_count, self.import_count // 20, uuid.uuid4().hex[:10])
        begin = time.monotonic()
        report = json.loads(self.server.run("import", path, "--json"))
        self.figures["import"] = report["accepted"] / (time.monotonic() - begin)
        assert report["accepted"] == self.import_count, report
        self.sold += self.import_count

    def replay(self):
        rows = int(self.server.sql("select count(*) from treue.event"))
        begin = time.monotonic()
        copy = "copy (select * from treue.event order by partition, position) to stdout (format binary)"
        subprocess.run(["psql", "-Xqc", copy, self.server.url], stdout=subprocess.DEVNULL, check=True)
        self.figures["copy"] = rows / (time.monotonic() - begin)
        folded = json.loads(self.server.run("bench", "replay"))
        self.figures["replay"] = folded["events"] / (folded["micros"] / 1e6)
        begin = time.monotonic()
        self.server.run("projections", "rebuild")
        rebuild = time.monotonic() - begin
        begin = time.monotonic()
        self.server.run("projections", "list")
        self.figures["rebuild"] = rebuild - (time.monotonic() - begin)
        self.figures["replay_seconds"] = folded["micros"] / 1e6

    def start(self):
        self.figures["start"] = self.server.first_answer()

    def wrk(self, script, connections, **settings):
        result = load.wrk(self.server, script, connections, self.seconds, **settings)
        if script == "purchases.lua":
            self.sold += result["requests"] * settings.get("BATCH", 1)
        return result


def over(numerator, denominator):
    return lambda f: f[numerator] / f[denominator]


# What, of which figure it is shown, unit, beside what, how the value that is judged comes about, must, aim,
# whether more is better.
TABLE = [
    ("durable purchases, one a POST, 64 connections", "purchases_64", "/s", "pgbench_16",
     over("purchases_64", "pgbench_16"), 0.40, 0.65, True),
    ("the same in batches of 100, 8 connections", "batches", "/s", "pgbench_16", over("batches", "pgbench_16"),
     1.0, 2.0, True),
    ("p99 at 64 connections", "purchases_64_p99", " ms", None, lambda f: f["purchases_64_p99"], 15, 10, False),
    ("p99 of a lone client's purchase", "lone_p99", " ms", "pgbench_1_p99", over("lone_p99", "pgbench_1_p99"),
     4, 2.5, False),
    ("hot member: 64 connections on one", "hot", "/s", "purchases_64", over("hot", "purchases_64"), 0.7, 0.9, True),
    ("GET …/balance, 64 connections", "balance", "/s", "livez", over("balance", "livez"), 0.6, 0.8, True),
    ("treue import of NDJSON, new members", "import", "/s", "pgbench_16", over("import", "pgbench_16"),
     1.0, 2.5, True),
    ("replay: the log folded into accounts", "replay", " events/s", "copy", over("replay", "copy"), 0.4, 0.8, True),
    ("rebuild with write-back", "rebuild", " s", "replay_seconds", over("rebuild", "replay_seconds"),
     1.15, 1.05, False),
    ("memory of the server, idle", "memory_idle", " MB", None, lambda f: f["memory_idle"], 60, 30, False),
    ("memory of the server, under load", "memory_load", " MB", None, lambda f: f["memory_load"], 250, 125, False),
    ("WAL a purchase", "wal", " B", None, lambda f: f["wal"], 2000, 1400, False),
    ("start to first answer", "start", " s", None, lambda f: f["start"], 1, 0.2, False),
]

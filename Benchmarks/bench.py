"""Measures treue beside its ceilings; see script/bench."""

import argparse
import contextlib
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from lib import chart, compare, load, long_rows, overload, past, rebuilds, report, rows
from lib.servers import ROOT, Server

DOCS = os.path.join(ROOT, "docs/performance")


def note(words):
    print(f"bench: {words}", file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("--treue", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="about two minutes, without curves; writes no files")
    parser.add_argument("--long", action="store_true", help="the rows that take hours: 50 million events, an hour")
    parser.add_argument("--rebuilds", type=int, metavar="N", help="instead: N purchases, and rebuilds under load")
    parser.add_argument("--overload", type=int, metavar="SECONDS", help="instead: ten times the load that it takes")
    parser.add_argument(
        "--past", type=int, metavar="N", help="instead: N purchases of one member, and questions about the past")
    parser.add_argument("--compare", metavar="PROGRAM", help="instead: this treue beside another one, in turns")
    parser.add_argument("--events", type=int, default=50_000_000, help="of --long: events in the log")
    parser.add_argument("--minutes", type=int, default=60, help="of --long: mixed load")
    parser.add_argument("--folder", help="of --long: where the data are kept, and gone on with")
    parser.add_argument("--rounds", type=int, help="instead of 5, or 3 with --quick")
    parser.add_argument("--write", action="store_true", help="with --quick: write the files all the same")
    options = parser.parse_args()
    if options.folder and not options.long:
        parser.error("--folder goes with --long")

    # A stop by a signal cleans up, too.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, frame: sys.exit(128 + number))
    with contextlib.ExitStack() as stack:
        scratch = tempfile.mkdtemp(prefix="treue-bench-")
        stack.callback(shutil.rmtree, scratch, ignore_errors=True)
        if options.compare:
            compare.run([options.compare, options.treue], 6, options.rounds or 3, scratch, note)
            return
        server = Server(options.treue, os.path.join(options.folder or scratch, "treue"))
        baseline = Server(options.treue, os.path.join(scratch, "baseline"))
        for one in (server, baseline):
            if one is baseline or not options.folder:
                stack.callback(one.remove)
            stack.callback(one.stop)
        try:
            measure(options, server, baseline, scratch)
        except AssertionError:
            # What shows the defect is not thrown away.
            stack.pop_all()
            server.stop()
            baseline.stop()
            note(f"a check failed; the data stay in {scratch} and {server.cluster}")
            raise


def measure(options, server, baseline, scratch):
    rounds = options.rounds or (3 if options.quick else 5)
    seconds, imported = (2, 20_000) if options.quick else (5, 100_000)
    if options.overload:
        server.env["TREUE_REQUEST_LIMIT"] = str(overload.TAKEN)
    server.start()
    # Of all rows but the long ones only its PostgreSQL is wanted: the same settings, and nothing of ours in it.
    baseline.start()
    idle = server.memory_megabytes()
    result = {"about": about(options, server)}
    if options.rebuilds:
        result["rebuilds"] = rebuilds.run(server, options.rebuilds, scratch, note)
        result["checks"] = check(server, None)
        write("rebuilds.json", result)
        print(json.dumps(result["rebuilds"], indent=2))
        return
    if options.past:
        print(json.dumps(past.run(server, options.past, note), indent=2))
        return
    if options.overload:
        result["overload"] = overload.run(server, options.overload, note)
        result["checks"] = check(server, None)
        write("overload.json", result)
        print(json.dumps(result["overload"], indent=2))
        return
    if options.long:
        result["long"] = long_rows.run(server, baseline, options, note)
        # What follows takes its time: so much is known.
        write("long.json", result)
        draw_hour(result["long"]["hour"])
        result["checks"] = check(server, None)
        write("long.json", result)
        print(json.dumps(result["long"], indent=2))
        return
    note("warming up")
    for one in (server, baseline):
        one.age(1 if options.quick else 4)
    warm_up = rows.Round(server, baseline, 3, imported, scratch)
    warm_up.purchases()
    sold = warm_up.sold
    measured = []
    for number in range(1, rounds + 1):
        this = rows.Round(server, baseline, seconds, imported, scratch)
        figures = this.run(lambda step: note(f"round {number} of {rounds}: {step}"))
        figures["memory_idle"] = idle
        measured.append(figures)
        sold += this.sold
    summary = report.summarize(measured)
    result.update(rows=summary, rounds=measured)
    if not options.quick:
        curves, more = draw_curves(server, measured)
        result["curves"] = curves
        sold += more
    note("checking that nothing was lost")
    result["checks"] = check(server, sold)
    print(report.table(summary))
    print(json.dumps(result["checks"]))
    if options.write or not options.quick:
        write("results.json", result)
    missed = [row["name"] for row in summary if not row["holds"]]
    if missed:
        note("misses its must: " + "; ".join(missed))


def draw_hour(samples):
    """Latency, and what the server holds, over the minutes of a mixed load."""
    if not samples:
        return

    def line(figure):
        return [(number, sample[figure]) for number, sample in enumerate(samples, 1)]

    for name, title, unit, lines in (
        ("hour-latency.svg", "Latency of a mixed load", "ms", {"p50": line("p50_ms"), "p99": line("p99_ms")}),
        ("hour-memory.svg", "Memory of the server under a mixed load", "MB", {"memory": line("megabytes")}),
    ):
        with open(os.path.join(DOCS, name), "w") as file:
            file.write(chart.chart(title, "minutes", unit, lines))


def draw_curves(server, measured):
    """Throughput and latency over clients and over hot members, and throughput over the size of the log."""
    curves = {"clients": [], "members": [], "log": []}
    sold = 0
    for clients in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512):
        note(f"curve: {clients} clients")
        result = load.wrk(server, "purchases.lua", clients, 4)
        sold += result["requests"]
        curves["clients"].append({"x": clients, **result})
    for members in (1, 4, 16, 64, 256, 1024, 4096):
        note(f"curve: {members} members")
        result = load.wrk(server, "purchases.lua", 64, 3, MEMBERS=members)
        sold += result["requests"]
        curves["members"].append({"x": members, **result})
    for figures in measured:
        curves["log"].append({"x": figures["events_before"], "rate": figures["purchases_64"]})
    os.makedirs(DOCS, exist_ok=True)

    def save(name, *arguments, **more):
        with open(os.path.join(DOCS, name), "w") as file:
            file.write(chart.chart(*arguments, **more))

    def line(curve, figure, scale=1):
        return [(point["x"], point[figure] / scale) for point in curves[curve]]

    save("clients-throughput.svg", "Purchases a second over clients", "clients", "/s",
         {"purchases": line("clients", "rate")}, log_x=True)
    save("clients-latency.svg", "Latency over clients", "clients", "ms",
         {"p50": line("clients", "p50_us", 1000), "p99": line("clients", "p99_us", 1000),
          "p99.9": line("clients", "p999_us", 1000)}, log_x=True)
    save("hot-members.svg", "Purchases a second, 64 clients on so many members", "members", "/s",
         {"purchases": line("members", "rate")}, log_x=True)
    save("log-size.svg", "Purchases a second over the size of the log", "events", "/s",
         {"purchases": line("log", "rate")})
    return curves, sold


def check(server, sold):
    """Speed that loses a point does not count: everything folds, chains, and adds up."""
    verified = json.loads(server.run("projections", "verify", "--json"))
    server.run("log", "verify")
    purchases, points = (
        int(value) for value in server.sql(
            "select count(*) filter (where type = 'purchase.completed'),"
            " coalesce(sum((data->>'points')::bigint) filter (where type = 'points.accrued'), 0)"
            " from treue.event").split("|"))
    checks = {"events": verified["events"], "differences": verified["difference_count"], "purchases": purchases,
              "points": points}
    assert verified["difference_count"] == 0, verified
    # 34.90 earn 34 points in the programme of the benchmark, whatever the tier.
    assert points == 34 * purchases, checks
    if sold is not None:
        # wrk goes before the last answers come: these are in the log and not in its count.
        checks["answered"] = sold
        assert purchases >= sold, checks
    return checks


def about(options, server):
    versions = {name: server.sql(f"show {name}") for name in (
        "server_version", "fsync", "synchronous_commit", "full_page_writes", "autovacuum", "shared_buffers",
        "wal_compression")}
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "unknown")
    return {
        "date": time.strftime("%Y-%m-%d"), "quick": options.quick, "processors": os.cpu_count(), "model": model,
        "memory_gigabytes": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "kernel": platform.release(), "postgresql": versions,
        "commit": subprocess.run(
            ["git", "-C", ROOT, "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip(),
    }


def write(name, result):
    os.makedirs(DOCS, exist_ok=True)
    path = os.path.join(DOCS, name)
    with open(path, "w") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    note(f"wrote {os.path.relpath(path, ROOT)}")


if __name__ == "__main__":
    main()

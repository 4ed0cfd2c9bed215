"""Counts the instructions of a purchase and of a replayed event; see script/bench-guard."""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import uuid

from lib import load
from lib.servers import Server

RECORDED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guard.json")
FEW, MANY = 1000, 3000


def main():
    parser = argparse.ArgumentParser(prog="script/bench-guard", description=__doc__)
    parser.add_argument("--treue", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--record", action="store_true", help="write down what is measured as what is right")
    options = parser.parse_args()
    scratch = tempfile.mkdtemp(prefix="treue-guard-")
    # Valgrind cannot read what Swift writes for debuggers.
    stripped = os.path.join(scratch, "treue-stripped")
    subprocess.run(["strip", "--strip-debug", "-o", stripped, options.treue], check=True)
    server = Server(stripped, os.path.join(scratch, "data"))
    try:
        server.start()
        # Members who are there already, and plans that are made.
        imported(server, scratch, 500, "warm", "members")
        measured = {}
        # The difference of two runs leaves out what starting and stopping cost.
        few = imported(server, scratch, FEW, "few", "members", counted=True)
        events_few = instructions(server, "bench", "replay")
        many = imported(server, scratch, MANY, "many", "members", counted=True)
        events_many = instructions(server, "bench", "replay")
        measured["purchase"] = (many - few) // (MANY - FEW)
        measured["replayed_event"] = (events_many - events_few) // (2 * MANY)
    finally:
        server.stop()
        shutil.rmtree(scratch, ignore_errors=True)
    print(json.dumps(measured))
    if options.record:
        with open(RECORDED, "w") as file:
            json.dump({"tolerance": 0.08, "instructions": measured}, file, indent=2)
            file.write("\n")
        return
    with open(RECORDED) as file:
        recorded = json.load(file)
    failed = False
    for name, count in measured.items():
        before = recorded["instructions"][name]
        change = count / before - 1
        print(f"{name}: {count:,} instructions, {change:+.1%} of the {before:,} recorded", file=sys.stderr)
        failed = failed or change > recorded["tolerance"]
    if failed:
        sys.exit("bench-guard: more instructions than recorded; if they are worth it, record them: script/bench-guard --record")


def imported(server, scratch, count, name, run, counted=False):
    """Imports so many purchases of 100 members; answers the instructions."""
    path = os.path.join(scratch, name)
    load.purchases_file(path, count, 100, run)
    # The same members, other purchases.
    with open(path) as file:
        text = re.sub(r'"(id|order_id)":"members-', lambda m: f'"{m[1]}":"{name}-', file.read())
    with open(path, "w") as file:
        file.write(text)
    if counted:
        return instructions(server, "import", path)
    server.run("import", path)
    return None


def instructions(server, *arguments):
    """What callgrind counts of a treue command; the database is another process and not counted."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/{uuid.uuid4().hex}", server.treue,
             *arguments], env=server.env, capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        raise RuntimeError(f"treue {' '.join(arguments)} under callgrind: {done.stdout}{done.stderr}")
    return int(found[1])


if __name__ == "__main__":
    main()

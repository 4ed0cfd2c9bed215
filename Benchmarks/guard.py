"""Counts the instructions of a purchase and of a replayed event; see script/bench-guard."""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile

RECORDED = os.path.join(os.path.dirname(os.path.abspath(__file__)), "guard.json")
FEW, MANY = 1000, 3000


def main():
    parser = argparse.ArgumentParser(prog="script/bench-guard", description=__doc__)
    parser.add_argument("--program", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--record", action="store_true", help="write down what is measured as what is right")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # Valgrind cannot read what Swift writes for debuggers.
        program = os.path.join(folder, "treue-count")
        subprocess.run(["strip", "--strip-debug", "-o", program, options.program], check=True)
        # The difference of two runs leaves out what starting costs.
        few, _ = counted(program, FEW, 0)
        many, events = counted(program, MANY, 0)
        replayed, _ = counted(program, MANY, 2)
    measured = {"purchase": (many - few) // (MANY - FEW), "replayed_event": (replayed - many) // (2 * events)}
    print(json.dumps(measured))
    if options.record:
        with open(RECORDED, "w") as file:
            json.dump({"tolerance": 0.05, "instructions": measured}, file, indent=2)
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
        sys.exit("bench-guard: more than recorded; if that is worth it, write it down: script/bench-guard --record")


def counted(program, purchases, replays):
    """Instructions, and how many events there were."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", program, str(purchases),
             str(replays)], capture_output=True, text=True)
    found = re.search(r"Collected : (\d+)", done.stderr)
    if done.returncode != 0 or not found:
        raise RuntimeError(f"treue-count under callgrind: {done.stdout}{done.stderr}")
    return int(found[1]), int(done.stdout)


if __name__ == "__main__":
    main()

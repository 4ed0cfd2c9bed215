"""Load from wrk and pgbench, as numbers."""

import glob
import json
import os
import re
import subprocess
import tempfile
import uuid

FOLDER = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def wrk(server, script, connections, seconds, tolerated=False, **settings):
    """One run of wrk with one thread. Every run has ids of its own. Refusals are failures unless they are tolerated; then
    the script says what became of each request."""
    env = dict(os.environ, LUA=FOLDER, KEY=server.key, RUN=uuid.uuid4().hex[:12])
    env.update({name: str(value) for name, value in settings.items()})
    output = subprocess.check_output(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}", "--timeout", "30", "-s", os.path.join(FOLDER, script),
         server.base], env=env, text=True)
    result = json.loads(re.search(r"^RESULT (.*)$", output, re.M)[1])
    if tolerated:
        return result
    if result["failed"]:
        raise RuntimeError(f"{result['failed']} of {result['requests']} requests of {script} failed: {output}")
    result["rate"] = result["requests"] / result["seconds"]
    return result


def pgbench(server, clients, seconds):
    """One-row inserts, prepared; transactions a second and, of a lone client, the percentiles."""
    server.sql(
        "create table if not exists public.baseline"
        " (id bigint generated always as identity primary key, payload text)")
    with tempfile.TemporaryDirectory() as folder:
        log = ["-l", "--log-prefix", os.path.join(folder, "log")] if clients == 1 else []
        output = subprocess.check_output(
            [program("pgbench"), "-n", "-M", "prepared", "-f", os.path.join(FOLDER, "insert.sql"), "-c", str(clients),
             "-j", str(min(2, clients)), "-T", str(seconds), *log, server.url], text=True, stderr=subprocess.STDOUT)
        result = {"rate": float(re.search(r"tps = ([\d.]+)", output)[1])}
        micros = []
        for path in glob.glob(os.path.join(folder, "log*")):
            with open(path) as lines:
                micros += [int(line.split()[2]) for line in lines]
    if micros:
        micros.sort()
        result["p50_us"] = micros[len(micros) // 2]
        result["p99_us"] = micros[len(micros) * 99 // 100]
    return result


def program(name):
    """A PostgreSQL program: of PATH or, as Debian has it, of the newest version."""
    found = sorted(glob.glob(f"/usr/lib/postgresql/*/bin/{name}"))
    return found[-1] if found else name


def purchases_file(path, count, members, run):
    """NDJSON for `treue import`: purchases of so many new members, an hour's worth of seconds apart."""
    with open(path, "w") as file:
        for number in range(count):
            event = {
                "specversion": "1.0", "type": "purchase.completed", "source": "/bench/import", "id": f"{run}-{number}",
                "data": {
                    "member": {"external_id": f"{run}-{number % members}"}, "order_id": f"{run}-{number}",
                    "currency": "GBP",
                    "lines": [
                        {"sku": "tea", "quantity": 2, "unit_price": 1250, "categories": ["food"]},
                        {"sku": "cup", "quantity": 1, "unit_price": 990},
                    ],
                },
            }
            file.write(json.dumps(event, separators=(",", ":")) + "\n")

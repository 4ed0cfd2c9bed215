"""The same appends with message-db, for comparison: two events a purchase.

    git clone https://github.com/message-db/message-db /tmp/message-db
    python3 Benchmarks/messagedb_bench.py "$(cat "$TREUE_DATA_DIR/database_url")" /tmp/message-db

Its own `install.sh` with its defaults, into a database of its own beside that one (dropped again afterwards). Written with
`write_message`, from pgbench with prepared statements: one purchase a transaction by 1 and by 16 clients, and 100 purchases a
transaction; six seconds each. No HTTP, no rules, no accounts, no hash chain: only the appends.
"""

import os
import re
import subprocess
import sys
import tempfile
import urllib.parse

from lib.load import program
from lib.sale import POINTS, SALE

SECONDS = 6
WRITE = "message_store.write_message(gen_random_uuid()::text, 'member-' || {member}, '{type}', '{data}'::jsonb)"


def write(type, data, member):
    return WRITE.format(type=type, data=data, member=member)


def script(purchases):
    both = (("PurchaseCompleted", SALE), ("PointsAccrued", POINTS))
    if purchases == 1:
        calls = [f"SELECT {write(type, data, ':member')};" for type, data in both]
    else:
        # 37 members on from each other, so that the two halves meet the same streams.
        member = "((:member + 37 * n) % 2000)"
        calls = [
            f"SELECT count({write(type, data, member)}) FROM generate_series(1, {purchases}) AS n;"
            for type, data in both]
    return "\n".join(["\\set member random(0, 1999)", "BEGIN;", *calls, "END;", ""])


def measure(environment, folder, clients, purchases):
    """Purchases a second."""
    path = os.path.join(folder, "purchase.sql")
    with open(path, "w") as file:
        file.write(script(purchases))
    output = subprocess.check_output(
        [program("pgbench"), "-n", "-M", "prepared", "-f", path, "-c", str(clients), "-j", str(min(2, clients)),
         "-T", str(SECONDS), "message_store"], env=environment, text=True, stderr=subprocess.STDOUT)
    return float(re.search(r"tps = ([\d.]+)", output)[1]) * purchases


def main():
    url = urllib.parse.urlparse(sys.argv[1])
    query = urllib.parse.parse_qs(url.query)
    database = os.path.join(sys.argv[2], "database")
    environment = dict(
        os.environ, PGHOST=query.get("host", [url.hostname])[0], PGPORT=query.get("port", [str(url.port or 5432)])[0],
        PGUSER=url.username or query.get("user", ["postgres"])[0], PGPASSWORD=url.password or "",
        DATABASE_NAME="message_store", PGOPTIONS="-c search_path=message_store,public -c client_min_messages=warning")
    subprocess.run([os.path.join(database, "install.sh")], env=environment, check=True, stdout=subprocess.DEVNULL)
    try:
        with open(os.path.join(database, "VERSION.txt")) as file:
            print(f"message-db {file.read().strip()}")
        with tempfile.TemporaryDirectory() as folder:
            for clients, purchases in ((1, 1), (16, 1), (1, 100)):
                rate = measure(environment, folder, clients, purchases)
                print(f"{clients} clients, {purchases} purchases a transaction: {rate:,.0f} purchases/s,"
                      f" {2 * rate:,.0f} events/s")
    finally:
        subprocess.run([os.path.join(database, "uninstall.sh")], env=environment, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()

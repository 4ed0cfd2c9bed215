"""The same appends with the Python library `eventsourcing` (PyPI), for comparison: two events a purchase.

    python3 -m venv /tmp/es && /tmp/es/bin/pip install eventsourcing 'psycopg[binary,pool]'
    /tmp/es/bin/python Benchmarks/eventsourcing_bench.py "$(cat "$TREUE_DATA_DIR/database_url")"

Its PostgreSQL recorder with its faster database functions and a connection for every thread. One purchase a
transaction by 1 and by 16 threads, and 100 purchases a transaction; six seconds each. No HTTP, no rules, no accounts, no
hash chain: only the appends.
"""

import importlib.metadata
import sys
import threading
import time
import urllib.parse
import uuid

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

from lib.sale import POINTS, SALE

SECONDS = 6


def purchase(stream, version):
    return [StoredEvent(originator_id=stream, originator_version=version, topic="shop:PurchaseCompleted", state=SALE.encode()),
            StoredEvent(originator_id=stream, originator_version=version + 1, topic="shop:PointsAccrued", state=POINTS.encode())]


def measure(recorder, threads, purchases):
    """Purchases a second."""
    counts = [0] * threads
    end = time.monotonic() + SECONDS

    def work(thread):
        streams = [uuid.uuid4() for _ in range(max(100, purchases))]
        version, turn = 1, 0
        while time.monotonic() < end:
            events = []
            for _ in range(purchases):
                events += purchase(streams[turn], version)
                turn += 1
                if turn == len(streams):
                    turn, version = 0, version + 2
            recorder.insert_events(events)
            counts[thread] += purchases

    workers = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(counts) / SECONDS


def main():
    url = urllib.parse.urlparse(sys.argv[1])
    query = urllib.parse.parse_qs(url.query)
    datastore = PostgresDatastore(
        dbname=url.path.lstrip("/"), host=query.get("host", [url.hostname])[0],
        port=query.get("port", [url.port or 5432])[0], user=url.username or query.get("user", ["postgres"])[0],
        password=url.password or "", pool_size=16, max_overflow=4, enable_db_functions=True)
    recorder = PostgresApplicationRecorder(datastore, events_table_name="eventsourcing_bench")
    recorder.create_table()
    print(f"eventsourcing {importlib.metadata.version('eventsourcing')}, psycopg {importlib.metadata.version('psycopg')}")
    for threads, purchases in ((1, 1), (16, 1), (1, 100)):
        rate = measure(recorder, threads, purchases)
        print(f"{threads} threads, {purchases} purchases a transaction: {rate:,.0f} purchases/s, {2 * rate:,.0f} events/s")
    datastore.close()


if __name__ == "__main__":
    main()

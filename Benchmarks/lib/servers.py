"""Servers for measurements: treue with its private PostgreSQL, in a folder that is thrown away."""

import json
import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAMME = os.path.join(ROOT, "examples/online-retail/programme.yaml")


class Server:
    """`treue serve` over a data directory. Its PostgreSQL has the settings that treue gives it: fsync,
    synchronous_commit and full_page_writes on, autovacuum on."""

    def __init__(self, treue, folder):
        self.treue, self.folder = treue, folder
        os.makedirs(folder, exist_ok=True)
        self.env = dict(os.environ, TREUE_DATA_DIR=folder, TREUE_PROGRAMME=PROGRAMME, TREUE_LOG_LEVEL="warning")
        # Never a database that is there already.
        self.env.pop("TREUE_DATABASE_URL", None)
        self.log = open(os.path.join(folder, "serve.log"), "ab")
        self.process, self.base, self.key = None, None, None

    def start(self):
        """Starts it and answers the seconds until the first request was answered."""
        port = free_port()
        begin = time.monotonic()
        self.process = subprocess.Popen(
            [self.treue, "serve", "--port", str(port)], env=self.env, stdout=self.log, stderr=self.log,
            start_new_session=True)
        self.base = f"http://127.0.0.1:{port}"
        seconds = wait_until_answered(self.base, self.process, begin)
        if self.key is None:
            self.key = json.loads(self.run("keys", "create", "--scope", "admin", "--json"))["key"]
        return seconds

    def first_answer(self):
        """Seconds until another server over the same database, which runs, gives its first answer."""
        port = free_port()
        begin = time.monotonic()
        process = subprocess.Popen(
            [self.treue, "serve", "--port", str(port)], env=self.env, stdout=self.log, stderr=self.log,
            start_new_session=True)
        try:
            return wait_until_answered(f"http://127.0.0.1:{port}", process, begin)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait()

    @property
    def cluster(self):
        """Where its PostgreSQL keeps its data: elsewhere where its account cannot enter the folder."""
        return os.path.realpath(os.path.join(self.folder, "postgres"))

    def remove(self):
        """Removes its data, unless somebody uses them."""
        if not os.path.exists(os.path.join(self.cluster, "data/postmaster.pid")):
            shutil.rmtree(self.cluster, ignore_errors=True)
            shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *arguments, check=True):
        """A treue command over the same data; its standard output."""
        done = subprocess.run([self.treue, *arguments], env=self.env, capture_output=True, text=True)
        if check and done.returncode != 0:
            raise RuntimeError(f"treue {' '.join(arguments)}: {done.stdout}{done.stderr}")
        return done.stdout

    @property
    def url(self):
        """A superuser's connection."""
        with open(os.path.join(self.folder, "database_url")) as file:
            return file.read().strip()

    def sql(self, query):
        return subprocess.check_output(["psql", "-XAtqc", query, self.url], text=True).strip()

    def age(self, gigabytes):
        """Goes through so much write-ahead log, as a cluster has that has run for a while: from then on it uses segments
        again. Until then it makes each one anew, for which whoever commits waits."""
        self.sql(
            "select count(*) from (select pg_logical_emit_message(false, 'age', ''), pg_switch_wal()"
            f" from generate_series(1, {gigabytes} * 1024 / 16)) as segments")
        self.sql("checkpoint")

    def memory_megabytes(self):
        with open(f"/proc/{self.process.pid}/status") as file:
            return int(re.search(r"VmRSS:\s+(\d+)", file.read())[1]) / 1024

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def free_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until_answered(base, process, begin):
    while True:
        try:
            with urllib.request.urlopen(base + "/readyz") as answer:
                if answer.status == 200:
                    return time.monotonic() - begin
        except OSError:
            if process.poll() is not None:
                raise RuntimeError("treue serve ended; see serve.log in its folder") from None
            time.sleep(0.002)

"""A receiver of webhooks that fails in many ways. Beside it lies verify.py, cut out of docs/webhooks.md.

usage: receiver.py SECRET_FILE LOG_FILE   prints its port
"""
import http.server, json, sys, threading, time

from verify import verify

secret_file, log_file = sys.argv[1:]
lock = threading.Lock()
count = 0


class Receiver(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        global count
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        with lock:
            count += 1
            number = count
        # Well behaved in the end: each failure in a row triples the pause, and a few more of them would take an hour.
        kind = number % 19 if number <= 60 else 0
        if kind == 1:  # rubbish
            self.wfile.write(b"220 not a web server\r\n")
            self.close_connection = True
            return
        if kind == 3:
            time.sleep(0.3)
        status = {2: 500, 4: 307}.get(kind, 200)
        if status == 200:
            event = json.loads(body)
            with lock, open(log_file, "a") as log:
                entry = {
                    "id": headers["webhook-id"], "valid": verify(open(secret_file).read().strip(), headers, body),
                    "type": event["type"], "member": event["subject"], "version": event["data"].get("version", 0),
                    "same": event["id"] == headers["webhook-id"],
                }
                log.write(json.dumps(entry) + "\n")
        self.send_response(status)
        if status == 307:
            self.send_header("location", "http://127.0.0.1:1/")
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *args):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
print(server.server_port, flush=True)
server.serve_forever()

#!/usr/bin/env python3
"""The lab's phase4-inference: phase4.py SET [START_SECONDS].

It loads the set that SET resolves to when it starts, refuses to start when a file's digest differs from metadata.json, and then answers
/ready, /health and /metrics on port 9208. A file sick.json in the set changes its ways:

  {"ready": false}          it starts, but is never ready
  {"start_seconds": 6}      ready only after so many seconds
  {"die_after": 2}          it ends with exit code 3 after so many seconds
  {"refuse": "why"}         it does not start, and says why
  {"expect": {"f": "…"}}    it expects this digest of file f, whatever metadata.json says
"""

import hashlib
import json
import os
import resource
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

folder = os.path.realpath(sys.argv[1])
start_seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
started = time.monotonic()


def read(name):
    with open(os.path.join(folder, name), "rb") as file:
        return file.read()


def refuse(why):
    print(f"phase4-inference: {why}", file=sys.stderr, flush=True)
    sys.exit(1)


try:
    metadata = json.loads(read("metadata.json"))
    expected = {
        name: entry["sha256"] if isinstance(entry, dict) else entry
        for name, entry in metadata["artifacts_manifest"].items()
    }
    sick = json.loads(read("sick.json")) if "sick.json" in expected else {}
    for name, digest in {**expected, **sick.get("expect", {})}.items():
        actual = hashlib.sha256(read(name)).hexdigest()
        if actual != digest:
            refuse(f"{name}: expected {digest} != actual {actual}")
except OSError as error:
    refuse(f"cannot load the set: {error}")
if "refuse" in sick:
    refuse(sick["refuse"])
if "die_after" in sick:
    def die():
        print("phase4-inference: the model has run out of memory", file=sys.stderr, flush=True)
        os._exit(3)

    threading.Timer(sick["die_after"], die).start()
start_seconds = sick.get("start_seconds", start_seconds)


def ready():
    return sick.get("ready", True) and time.monotonic() - started >= start_seconds


class Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        uptime = time.monotonic() - started
        if self.path == "/ready":
            self.answer(200 if ready() else 503, "text/plain", "ready\n" if ready() else "not ready\n")
        elif self.path == "/health":
            health = {"status": "ok" if ready() else "starting", "version": metadata.get("version"), "set": folder}
            self.answer(200, "application/json", json.dumps(health))
        elif self.path == "/metrics":
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
            self.answer(
                200,
                "text/plain",
                f"# TYPE phase4_uptime_seconds gauge\nphase4_uptime_seconds {uptime:.1f}\n"
                f"phase4_memory_rss_bytes {memory}\nphase4_requests_total 0\n",
            )
        else:
            self.answer(404, "text/plain", "no such page\n")

    def answer(self, code, kind, text):
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer.allow_reuse_address = True
server = ThreadingHTTPServer(("127.0.0.1", 9208), Answers)
print(f"phase4-inference: serving {metadata.get('version')}", flush=True)
server.serve_forever()

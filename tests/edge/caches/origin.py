#!/usr/bin/env python3
"""An origin that counts: origin.py PORT, on loopback.

Each GET is answered with "path=<path> serial=<n>", n counted for each path: a serial that rises proves a fetch,
whatever a cache's headers say. Tags stand in the path, /t/red+blue/x. A PURGE or BAN that gets through the cache
in front is answered with 418.
"""
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

serials, lock = {}, threading.Lock()


class Origin(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body, headers=()):
        lines = ["HTTP/1.1 %d Told" % status, "Date: " + self.date_time_string()]
        lines += ["Content-Length: %d" % len(body.encode())]
        lines += ["%s: %s" % header for header in headers]
        # In one piece: two would wait for each other's acknowledgement.
        self.wfile.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())

    def do_GET(self):
        path = urlsplit(self.path).path
        if path == "/__ready":
            return self.answer(200, "ok\n")
        with lock:
            serials[path] = serial = serials.get(path, 0) + 1
        headers = [("Content-Type", "text/plain"), ("Cache-Control", "public, max-age=600")]
        if path.startswith("/t/"):
            tags = path.split("/")[2].split("+")
            headers += [("xkey", " ".join(tags)), ("Cache-Tag", ",".join(tags))]
        self.answer(200, "path=%s serial=%d\n" % (path, serial), headers)

    def slipped_through(self):
        self.answer(418, "%s reached the origin\n" % self.command)

    do_PURGE = do_BAN = slipped_through


server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Origin)
server.daemon_threads = True
server.serve_forever()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server that misbehaves on demand: the path says how.

    fault_server.py DIRECTORY

Makes a certificate authority and certificates in DIRECTORY, listens on free
ports of 127.0.0.1, prints one line of JSON that names them, and ends when its
standard input does, so that it is never left running.

    http     plain
    https    certificate for localhost and 127.0.0.1
    renamed  certificate for api.internal only
    expired  certificate that was good yesterday
    mutual   asks for a client certificate (client.crt, client.key)
    proxy    an HTTP proxy (CONNECT); user "jo" needs password "sesame-open"

KEY in a path is the test's own word: faults are counted by it.

    /ok                     200
    /echo/...               200, the request as JSON
    /status/CODE[/html]     that status, with a Status object or HTML
    /flaky/KEY/N/CODE       CODE for the first N requests, then 200
        ?after=TEXT         with Retry-After: TEXT
    /reset/KEY/N            the connection is reset N times, then 200
    /close/KEY/N            it is closed without a byte, likewise
    /cut/KEY/N              the body ends early, likewise
    /chunks/KEY/N           the same, in chunked encoding
    /huge/BYTES             a body of that size
    /bomb/BYTES             the same, in gzip
    /headers/N/BYTES        N headers of so many bytes
    /drip                   a byte each second, without an end
    /silent                 nothing, ever
    /redirect               307 to /collect on the plain port
    /warnings               some Warning headers
    /token                  401 unless "Authorization: Bearer" has the newest
    /renew/TOKEN            now that is the newest
    /log/...                what was asked below /..., as JSON
"""

import gzip
import http.server
import json
import os
import select
import socket
import ssl
import struct
import subprocess
import sys
import threading
import time
import urllib.parse

PROXY_AUTH = "Basic am86c2VzYW1lLW9wZW4="  # jo:sesame-open

lock = threading.Lock()
log = []
counts = {}
state = {"token": "first-token"}
ports = {}


def first_times(key, n):
    """True for the first n calls with this key."""
    with lock:
        counts[key] = counts.get(key, 0) + 1
        return counts[key] <= n


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", headers=()):
        if isinstance(body, str):
            body = body.encode()
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def answer_status(self, status, message, headers=()):
        body = {"kind": "Status", "apiVersion": "v1", "status": "Failure",
                "message": message, "code": status}
        self.answer(status, json.dumps(body),
                    [("Content-Type", "application/json"), *headers])

    def handle_any(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        length = int(self.headers.get("Content-Length", 0))
        self.body = self.rfile.read(length)
        with lock:
            log.append({"method": self.command, "path": self.path,
                        "authorization": self.headers.get("Authorization")})
        name, *args = url.path[1:].split("/")
        fault = getattr(self, "do_fault_" + name, None)
        if fault:
            fault(*args, **query)
        else:
            self.answer(404, "404 page not found\n",
                        [("Content-Type", "text/plain")])

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = handle_any

    def do_fault_ok(self):
        self.answer(200, "ok", [("Content-Type", "text/plain")])

    def do_fault_echo(self, *_, **__):
        self.answer(200, json.dumps({
            "method": self.command, "path": self.path,
            "headers": dict(self.headers.items()),
            "body": self.body.decode()}))

    def do_fault_status(self, code, kind="", **_):
        if kind == "html":
            self.answer(int(code), "<html><h1>Bad &amp; sad</h1>",
                        [("Content-Type", "text/html")])
        else:
            self.answer_status(int(code), "the server says no")

    def do_fault_flaky(self, key, n, code, after=None, message="not now",
                       **_):
        if first_times(key, int(n)):
            self.answer_status(int(code), message,
                               [("Retry-After", after)] if after else [])
        else:
            self.do_fault_ok()

    def do_fault_reset(self, key, n):
        if first_times(key, int(n)):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
        else:
            self.do_fault_ok()

    def do_fault_close(self, key, n):
        if first_times(key, int(n)):
            self.close_connection = True
        else:
            self.do_fault_ok()

    def do_fault_cut(self, key, n):
        if first_times(key, int(n)):
            self.send_response(200)
            self.send_header("Content-Length", "100")
            self.end_headers()
            self.wfile.write(b"half of it")
            self.close_connection = True
        else:
            self.do_fault_ok()

    def do_fault_chunks(self, key, n):
        if first_times(key, int(n)):
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"a\r\nhalf of it\r\n5\r\nha")
            self.close_connection = True
        else:
            self.do_fault_ok()

    def do_fault_huge(self, size):
        self.answer(200, b"0" * int(size))

    def do_fault_bomb(self, size):
        self.answer(200, gzip.compress(b"0" * int(size)),
                    [("Content-Encoding", "gzip")])

    def do_fault_headers(self, n, size):
        self.answer(200, "ok", [("X-%d" % i, "x" * int(size))
                                for i in range(int(n))])

    def do_fault_drip(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        while True:
            self.wfile.write(b".")
            time.sleep(1)

    def do_fault_silent(self):
        time.sleep(60)
        self.close_connection = True

    def do_fault_redirect(self):
        where = "http://127.0.0.1:%d/collect" % ports["http"]
        self.answer(307, "", [("Location", where)])

    def do_fault_warnings(self):
        self.answer(200, "ok", [
            ("Warning", '299 - "v1beta1 is \\"old\\""'),
            ("Warning", '299 - "twice", 299 - "twice" "Mon, 01 Jan 2024"'),
        ])

    def do_fault_token(self, *_):
        with lock:
            want = "Bearer " + state["token"]
        if self.headers.get("Authorization") == want:
            self.do_fault_ok()
        else:
            self.answer_status(401, "Unauthorized")

    def do_fault_renew(self, token):
        with lock:
            state["token"] = token
        self.do_fault_ok()

    def do_fault_log(self, *args):
        prefix = "/" + "/".join(args)
        with lock:
            found = [one for one in log if one["path"].startswith(prefix)]
        self.answer(200, json.dumps(found))

    def do_CONNECT(self):
        with lock:
            log.append({"method": "CONNECT", "path": "/" + self.path,
                        "authorization": None})
        given = self.headers.get("Proxy-Authorization")
        if given and given != PROXY_AUTH:
            self.answer(407, "", [("Proxy-Authenticate", "Basic")])
            return
        host, port = self.path.rsplit(":", 1)
        # Whatever the name, it is one of ours.
        try:
            peer = socket.create_connection(("127.0.0.1", int(port)), 5)
        except OSError:
            self.answer(503)
            return
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        tunnel(self.connection, peer)


def tunnel(one, other):
    while True:
        ready, _, _ = select.select([one, other], [], [], 30)
        if not ready:
            return
        for source in ready:
            data = source.recv(65536)
            if not data:
                return
            (other if source is one else one).sendall(data)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    tls = None

    def finish_request(self, request, client_address):
        if self.tls:
            request = self.tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        pass


def openssl(*args, **kwargs):
    subprocess.run(["openssl", *args], check=True, **kwargs,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_certificate(directory, name, extension, authority="ca", days=30):
    path = os.path.join(directory, name)
    ca = os.path.join(directory, authority)
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
            "-nodes", "-keyout", path + ".key", "-out", path + ".csr",
            "-subj", "/CN=" + name)
    openssl("x509", "-req", "-in", path + ".csr", "-CA", ca + ".crt",
            "-CAkey", ca + ".key", "-days", str(days), "-set_serial",
            str(time.time_ns()), "-extfile", "/dev/stdin", "-out",
            path + ".crt", input=extension.encode())


def make_certificates(directory):
    for name in "ca", "stranger":
        path = os.path.join(directory, name)
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-keyout",
                path + ".key", "-out", path + ".crt", "-subj", "/CN=" + name)
    here = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    make_certificate(directory, "https", here)
    make_certificate(directory, "renamed", "subjectAltName=DNS:api.internal")
    make_certificate(directory, "expired", here, days=-1)
    make_certificate(directory, "client", "extendedKeyUsage=clientAuth")


def make_context(directory, name):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate = "https" if name == "mutual" else name
    path = os.path.join(directory, certificate)
    context.load_cert_chain(path + ".crt", path + ".key")
    if name == "mutual":
        context.load_verify_locations(os.path.join(directory, "ca.crt"))
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def main():
    directory = sys.argv[1]
    make_certificates(directory)
    for name in "http", "proxy", "https", "renamed", "expired", "mutual":
        server = Server(("127.0.0.1", 0), Handler)
        if name not in ("http", "proxy"):
            server.tls = make_context(directory, name)
        ports[name] = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps(ports), flush=True)
    sys.stdin.read()
    os._exit(0)


main()

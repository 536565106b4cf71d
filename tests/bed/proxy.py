# SPDX-License-Identifier: Apache-2.0
"""Bad luck: a TLS server between gitops and the real API server.

It passes every request on with the administrator's identity, unless decide()
says otherwise.  It records what it saw, so that requests are counted by
somebody other than the program under test.  HTTP/1.1 only.

    def decide(request):
        if request.write == 3:
            return Reset()
    with Proxy(control, decide) as proxy:
        gitops.kubeconfig = proxy.kubeconfig(tmp_path)
"""

import http.client
import http.server
import json
import os
import socket
import socketserver
import ssl
import struct
import threading
import urllib.parse

TOKEN = "CANARY-proxy-token"
HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "host",
              "content-length", "authorization"}


class Request:
    """n and write count from 1; write is None for what changes nothing."""

    def __init__(self, n, write, method, target, headers, body):
        self.n = n
        self.write = write
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.status = None
        parts = urllib.parse.urlsplit(target)
        self.path = parts.path
        self.query = urllib.parse.parse_qs(parts.query)

    @property
    def dry_run(self):
        return "dryRun" in self.query

    def __repr__(self):
        return f"{self.n}: {self.method} {self.target} {self.status}"


class Answer:
    """Answer without asking the API server."""

    def __init__(self, status, body="", headers=None, length=None):
        if isinstance(body, dict):
            body = json.dumps(body)
        self.status = status
        self.body = body if isinstance(body, bytes) else body.encode()
        self.headers = {"Content-Type": "application/json", **(headers or {})}
        self.length = len(self.body) if length is None else length


class Refuse(Answer):
    """An answer as the API server words its own."""

    def __init__(self, status, reason, message, headers=None):
        super().__init__(status, {
            "kind": "Status", "apiVersion": "v1", "status": "Failure",
            "reason": reason, "message": message, "code": status}, headers)


class Reset:
    """Cut the connection with RST: before the API server sees the request,
    or after it has done the work."""

    def __init__(self, after=False):
        self.after = after


class Truncate:
    """Do the work, and send half of the answer."""


class Delay:
    """Wait before the request is passed on."""

    def __init__(self, seconds):
        self.seconds = seconds


class Silence:
    """Take the request and never answer, until the proxy is closed."""


class Drip:
    """Do the work, and send the answer a byte at a time."""

    def __init__(self, pause):
        self.pause = pause


class Raw:
    """Send these bytes, piece by piece, instead of an answer."""

    def __init__(self, pieces):
        self.pieces = pieces


class Call:
    """Call a function (to kill the client) before or after the work."""

    def __init__(self, function, after=False):
        self.function = function
        self.after = after


class Proxy:
    def __init__(self, control, decide=None, tokens=(TOKEN,), cert=None):
        self.control = control
        self.decide = decide or (lambda request: None)
        self.tokens = set(tokens)
        self.requests = []
        self.lock = threading.Lock()
        self.writes = 0
        self.open = 0
        self.ended = threading.Event()

        self.cert = cert or (control.server_cert, control.server_key)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(*map(str, self.cert))
        proxy = self

        class Bound(Handler):
            owner = proxy

        class Listener(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request, client_address):
                """A client that goes away is what these tests are about."""

        self.listener = Listener(("127.0.0.1", 0), Bound)
        self.port = self.listener.server_port
        self.url = f"https://127.0.0.1:{self.port}"
        self.thread = threading.Thread(
            target=self.listener.serve_forever, kwargs={"poll_interval": .05},
            daemon=True)
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.listener.shutdown()
        self.listener.server_close()

    def kubeconfig(self, directory, user=None, cluster=None, name="proxy"):
        return self.control.write_kubeconfig(
            name, {"token": TOKEN} if user is None else user,
            {"server": self.url, **(cluster or {})}, directory=directory)

    def record(self, method, target, headers, body):
        with self.lock:
            # A token request and a review change nothing either, but gitops
            # sends neither.
            write = None
            if method not in ("GET", "HEAD") and "dryRun=" not in target:
                self.writes += 1
                write = self.writes
            request = Request(len(self.requests) + 1, write, method, target,
                              headers, body)
            self.requests.append(request)
            self.open += 1
        return request

    def done(self):
        with self.lock:
            self.open -= 1

    def count(self, method=None, dry_run=None):
        return sum(1 for r in self.requests
                   if (method is None or r.method == method) and
                   (dry_run is None or r.dry_run == dry_run))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    owner = None
    upstream = None

    def setup(self):
        self.request.settimeout(60)
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = self.owner.tls.wrap_socket(self.request,
                                                  server_side=True)
        super().setup()

    def finish(self):
        if self.upstream:
            self.upstream.close()
        try:
            super().finish()
        except (OSError, ValueError):
            pass
        self.request.close()

    def log_message(self, *_):
        pass

    def handle_any(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        request = self.owner.record(self.command, self.path, self.headers,
                                    body)
        try:
            self.serve(request)
        finally:
            self.owner.done()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def serve(self, request):
        given = self.headers.get("Authorization", "")
        if self.owner.tokens and given not in {
                f"Bearer {token}" for token in self.owner.tokens}:
            return self.send(request, unauthorized())

        action = self.owner.decide(request)
        if isinstance(action, Answer):
            return self.send(request, action)
        if isinstance(action, Reset) and not action.after:
            return self.cut()
        if isinstance(action, Silence):
            self.owner.ended.wait()
            return self.cut()
        if isinstance(action, Raw):
            for piece in action.pieces:
                self.wfile.write(piece)
            self.close_connection = True
            return None
        if isinstance(action, Delay):
            self.owner.ended.wait(action.seconds)
        if isinstance(action, Call) and not action.after:
            action.function()

        answer = self.ask(request)
        if isinstance(action, Call) and action.after:
            action.function()
        if isinstance(action, Reset):
            return self.cut()
        if isinstance(action, Truncate):
            answer.length = len(answer.body)
            answer.body = answer.body[:len(answer.body) // 2]
            self.send(request, answer)
            return self.cut()
        self.send(request, answer,
                  action.pause if isinstance(action, Drip) else 0)

    def ask(self, request):
        """What the API server says."""
        api = self.owner.control.api
        headers = {k: v for k, v in self.headers.items()
                   if k.lower() not in HOP_BY_HOP}
        if api.token:
            headers["Authorization"] = f"Bearer {api.token}"
        for attempt in (1, 2):
            if not self.upstream:
                self.upstream = http.client.HTTPSConnection(
                    api.host, api.port, context=api.tls, timeout=60)
            try:
                self.upstream.request(request.method, request.target,
                                      request.body or None, headers)
                reply = self.upstream.getresponse()
                body = reply.read()
                break
            except (OSError, http.client.HTTPException):
                self.upstream.close()
                self.upstream = None
                if attempt == 2:
                    return Answer(502, "<html>bad gateway</html>")
        kept = {k: v for k, v in reply.getheaders()
                if k.lower() not in HOP_BY_HOP}
        return Answer(reply.status, body, kept)

    def send(self, request, answer, pause=0):
        request.status = answer.status
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            for one in value if isinstance(value, list) else [value]:
                self.send_header(name, one)
        self.send_header("Content-Length", str(answer.length))
        self.end_headers()
        if not pause:
            self.wfile.write(answer.body)
            return
        for i in range(len(answer.body)):
            self.wfile.write(answer.body[i:i + 1])
            self.wfile.flush()
            if self.owner.ended.wait(pause):
                return

    def cut(self):
        """Close with RST, not with TLS's polite goodbye."""
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                struct.pack("ii", 1, 0))
        os.close(self.request.detach())
        self.close_connection = True


def unauthorized():
    return Refuse(401, "Unauthorized", "Unauthorized")


class Tunnel:
    """A forward proxy: CONNECT only.  It remembers where to, and connects to
    this machine whatever the name."""

    def __init__(self):
        self.targets = []
        self.headers = []
        tunnel = self

        class Connect(socketserver.StreamRequestHandler):
            def handle(self):
                first = self.rfile.readline().decode("latin-1")
                headers = b""
                while True:
                    line = self.rfile.readline()
                    if line in (b"\r\n", b""):
                        break
                    headers += line
                target = first.split()[1]
                tunnel.targets.append(target)
                tunnel.headers.append(headers.decode("latin-1"))
                port = int(target.rsplit(":", 1)[1])
                with socket.create_connection(("127.0.0.1", port)) as far:
                    self.wfile.write(b"HTTP/1.1 200 Connected\r\n\r\n")
                    self.wfile.flush()
                    pump = threading.Thread(target=copy, daemon=True,
                                            args=(self.connection, far))
                    pump.start()
                    copy(far, self.connection)

        class Listener(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 256

            def handle_error(self, request, client_address):
                pass

        self.listener = Listener(("127.0.0.1", 0), Connect)
        self.port = self.listener.server_address[1]
        threading.Thread(target=self.listener.serve_forever,
                         kwargs={"poll_interval": .05}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown()
        self.listener.server_close()


def copy(source, sink):
    """Until the source ends."""
    try:
        while True:
            data = source.recv(65536)
            if not data:
                break
            sink.sendall(data)
    except OSError:
        pass
    try:
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass

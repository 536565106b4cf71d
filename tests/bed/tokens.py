# SPDX-License-Identifier: Apache-2.0
"""Servers in Python for what a real registry does not do on demand: one that
gives out tokens which docker-registry accepts, and one that misbehaves."""

import base64
import http.server
import json
import socketserver
import ssl
import subprocess
import threading
import time
import urllib.parse

from bed.pki import openssl


class Scripted:
    """An HTTP server whose every answer is `answer(request)`: a status, a
    dict (or list of pairs) of headers and a body.  It remembers what it was
    asked, as (method, path, headers)."""

    def __init__(self, answer, tls=None):
        seen = self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                length = int(self.headers.get("Content-Length") or 0)
                self.body = self.rfile.read(length)
                seen.append((self.command, self.path, self.headers))
                status, headers, body = answer(self)
                if isinstance(body, (dict, list)):
                    body = json.dumps(body)
                if isinstance(body, str):
                    body = body.encode()
                self.send_response(status)
                pairs = headers.items() if isinstance(headers, dict) \
                    else headers
                for name, value in pairs:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_HEAD = do_POST = do_GET

            def log_message(self, *args):
                pass

        class Threads(socketserver.ThreadingMixIn, http.server.HTTPServer):
            daemon_threads = True

        self.server = Threads(("127.0.0.1", 0), Handler)
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket,
                                                     server_side=True)
        self.port = self.server.server_address[1]
        self.host = f"127.0.0.1:{self.port}"
        self.url = f"{'https' if tls else 'http'}://{self.host}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,),
                         daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def logins(self):
        """The Authorization headers that came, in order."""
        return [headers["Authorization"] for _, _, headers in self.seen]


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Tokens(Scripted):
    """Gives out tokens for docker-registry (`auth`, for Registry)."""

    SERVICE = "the-registry"

    def __init__(self, directory):
        directory.mkdir(parents=True, exist_ok=True)
        self.key = directory / "token.key"
        self.cert = directory / "token.crt"
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
                "30", "-subj", "/CN=tokens", "-keyout", str(self.key),
                "-out", str(self.cert))
        super().__init__(self.answer)
        self.reset()

    def reset(self):
        self.secret = {"/secret"}     # no repository so called is for anybody
        self.users = None             # else only for these Basic texts
        self.most = 100               # scopes in one token
        self.stale = 0                # so many tokens are out of date
        self.identity = None          # a refresh token
        self.seen.clear()

    @property
    def auth(self):
        return ("auth:\n  token:\n"
                f"    realm: {self.url}/token?account=x\n"
                f"    service: {self.SERVICE}\n    issuer: bed\n"
                f"    rootcertbundle: {self.cert}\n")

    def answer(self, request):
        query = urllib.parse.urlsplit(request.path).query
        scopes = urllib.parse.parse_qs(query).get("scope", [])
        login = request.headers["Authorization"]
        if request.command == "POST":
            form = urllib.parse.parse_qs(request.body.decode())
            scopes = form["scope"][0].split(" ")
            if form["refresh_token"] != [self.identity] or \
                    form["grant_type"] != ["refresh_token"] or \
                    form["service"] != [self.SERVICE]:
                return 401, {}, {}
        elif self.users and login not in [f"Basic {u}" for u in self.users]:
            return 401, {}, {"details": "incorrect username or password"}
        if len(scopes) > self.most:
            return 400, {}, {"details": "one scope, please"}
        access = []
        for scope in scopes:
            kind, name, actions = scope.split(":")
            if not any(name.endswith(end) for end in self.secret):
                access.append({"type": kind, "name": name,
                               "actions": actions.split(",")})
        name = "access_token" if request.command == "POST" else "token"
        return 200, {"Content-Type": "application/json"}, {
            name: self.sign(access), "expires_in": 60}

    def sign(self, access):
        now = int(time.time())
        if self.stale > 0:
            self.stale -= 1
            now -= 3600
        der = ssl.PEM_cert_to_DER_cert(self.cert.read_text())
        header = {"typ": "JWT", "alg": "RS256",
                  "x5c": [base64.b64encode(der).decode()]}
        claims = {"iss": "bed", "sub": "", "aud": self.SERVICE,
                  "exp": now + 600, "nbf": now - 60, "iat": now - 60,
                  "jti": str(len(self.seen)), "access": access}
        text = ".".join(encode(json.dumps(part).encode())
                        for part in (header, claims))
        signed = subprocess.run(
            ["openssl", "dgst", "-sha256", "-sign", str(self.key)],
            input=text.encode(), check=True, capture_output=True).stdout
        return f"{text}.{encode(signed)}"

# SPDX-License-Identifier: Apache-2.0
"""Real git servers: git-http-backend behind nginx, and OpenSSH's sshd."""

import base64
import getpass
import http.server
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import threading

import pytest

from bed.pki import Authority
from bed.process import Server, free_port, wait_until
from bed.repository import Repository

# Debian keeps servers where a user's PATH does not look.
SEARCH = os.environ["PATH"] + ":/usr/sbin:/sbin"
GIT_HTTP_BACKEND = pathlib.Path("/usr/lib/git-core/git-http-backend")

USER = "ci"
PASSWORD = "CANARY-git-password"


def need(*programs):
    """The paths of these programs, or no test."""
    found = [shutil.which(name, path=SEARCH) for name in programs]
    for name, path in zip(programs, found):
        if not path:
            pytest.skip(f"needs {name}: make setup-test")
    return found


def start(make, alive):
    """make(port) returns a server; another port where one was taken."""
    for _ in range(5):
        port = free_port()
        server = make(port)
        try:
            wait_until(lambda: not server.alive() or alive(port), 20,
                       "git server")
        except TimeoutError:
            server.stop()
            raise
        if server.alive():
            return port, server
    raise RuntimeError(f"does not start:\n{server.tail()}")


def answers(port):
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


class Repositories:
    """Bare repositories in a directory, filled by pushing."""

    def __init__(self, directory):
        self.root = directory / "repos"
        self.work = directory / "work"
        self.root.mkdir(parents=True)
        self.numbers = {}

    def make(self, name="config"):
        """A working copy, whose `bare` is what the server hands out.  Call
        push() after a change."""
        n = self.numbers[name] = self.numbers.get(name, 0) + 1
        repo = Repository(self.work / f"{name}-{n}")
        repo.name = f"{name}-{n}.git"
        repo.bare = self.root / repo.name
        repo.git("init", "-q", "--bare", "-b", "main", str(repo.bare))
        repo.git("remote", "add", "origin", str(repo.bare))
        repo.push = lambda: repo.git("push", "-q", "--mirror", "--force",
                                     "origin")
        return repo


NGINX = """
user {user};
daemon off;
master_process off;
pid {dir}/nginx.pid;
error_log {dir}/error.log info;
events {{ worker_connections 256; }}
http {{
  access_log {dir}/access.log combined;
  client_body_temp_path {dir}/body;
  fastcgi_temp_path {dir}/fastcgi;
  proxy_temp_path {dir}/proxy;
  scgi_temp_path {dir}/scgi;
  uwsgi_temp_path {dir}/uwsgi;
  gzip on;
  gzip_types application/x-git-upload-pack-advertisement;
  server {{
    listen 127.0.0.1:{port} ssl http2;
    server_name localhost;
    ssl_certificate {cert};
    ssl_certificate_key {key};
    ssl_protocols {protocols};
    location ~ ^/private(/.*)$ {{
      auth_basic git;
      auth_basic_user_file {dir}/htpasswd;
      {cgi}
    }}
    location ~ ^/public(/.*)$ {{ {cgi} }}
    location /forbidden/ {{ return 403; }}
    location /page/ {{ default_type text/html; return 200 "<html>hi</html>"; }}
    location /broken/ {{ return 503; }}
    {more}
  }}
}}
"""

CGI = """
      fastcgi_pass unix:{dir}/cgi.sock;
      fastcgi_param SCRIPT_FILENAME {backend};
      fastcgi_param GIT_PROJECT_ROOT {root};
      fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param PATH_INFO $1;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param HTTP_CONTENT_ENCODING $http_content_encoding;
      fastcgi_param REMOTE_USER $remote_user;
      fastcgi_param REMOTE_ADDR $remote_addr;
      fastcgi_param HOME {dir};
"""


class HttpsGit:
    """git over HTTPS: /public/NAME for all, /private/NAME for USER.  `more`
    is for nginx; `names` are what the certificate is for."""

    def __init__(self, directory, repositories, more="",
                 names="DNS:localhost,DNS:git.test.example,IP:127.0.0.1",
                 protocols="TLSv1.2 TLSv1.3"):
        nginx, fcgiwrap = need("nginx", "fcgiwrap")
        if not GIT_HTTP_BACKEND.exists():
            pytest.skip("needs git-http-backend")
        self.dir = directory
        directory.mkdir(parents=True)
        self.repositories = repositories
        self.pki = Authority(directory / "pki", "git-ca")
        cert, key = self.pki.sign("server", "/CN=localhost", server=True,
                                  names=names)
        digest = subprocess.run(
            ["openssl", "passwd", "-apr1", PASSWORD], check=True,
            capture_output=True, text=True).stdout.strip()
        (directory / "htpasswd").write_text(f"{USER}:{digest}\n")
        self.cgi = Server([fcgiwrap, "-s", f"unix:{directory}/cgi.sock"],
                          directory / "cgi.log",
                          env={"PATH": os.environ["PATH"]})
        wait_until((directory / "cgi.sock").exists, 10, "fcgiwrap")
        cgi = CGI.format(dir=directory, backend=GIT_HTTP_BACKEND,
                         root=repositories.root)

        def make(port):
            config = directory / "nginx.conf"
            config.write_text(NGINX.format(
                dir=directory, port=port, cert=cert, key=key, cgi=cgi,
                more=more, protocols=protocols, user=getpass.getuser()))
            return Server([nginx, "-p", str(directory), "-c", config, "-e",
                           f"{directory}/error.log"], directory / "nginx.log")

        self.port, self.nginx = start(make, answers)
        self.host = f"localhost:{self.port}"

    @property
    def ca(self):
        return self.pki.cert

    def url(self, repo, where="public"):
        return f"https://{self.host}/{where}/{repo.name}"

    def requests(self):
        """Lines of the access log."""
        path = self.dir / "access.log"
        return path.read_text().splitlines() if path.exists() else []

    def stop(self):
        self.nginx.stop()
        self.cgi.stop()


SSHD = """
ListenAddress 127.0.0.1
Port {port}
HostKey {dir}/host_key
PidFile none
AuthorizedKeysFile {dir}/authorized_keys
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PermitRootLogin yes
LogLevel VERBOSE
MaxStartups 100
"""


def make_key(path, kind="ed25519", passphrase=""):
    keygen, = need("ssh-keygen")
    subprocess.run([keygen, "-q", "-t", kind, "-N", passphrase, "-f", path],
                   check=True)
    return path


class SshGit:
    """git over SSH, for the user who runs the tests.  `key` may log in."""

    def __init__(self, directory, repositories):
        sshd, = need("sshd")
        self.dir = directory
        directory.mkdir(parents=True)
        self.repositories = repositories
        self.user = getpass.getuser()
        make_key(directory / "host_key")
        self.key = make_key(directory / "user_key")
        shutil.copy(f"{self.key}.pub", directory / "authorized_keys")
        # sshd wants it, even where it needs no privilege of its own.
        if os.geteuid() == 0:
            pathlib.Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)

        def make(port):
            config = directory / "sshd_config"
            config.write_text(SSHD.format(dir=directory, port=port))
            return Server([sshd, "-D", "-e", "-f", config],
                          directory / "sshd.log")

        self.port, self.server = start(make, answers)

    def host_key(self, host="localhost"):
        """Its line for known_hosts."""
        kind, text = (self.dir / "host_key.pub").read_text().split()[:2]
        return f"[{host}]:{self.port} {kind} {text}\n"

    def fingerprint(self):
        line = subprocess.run(
            ["ssh-keygen", "-l", "-f", self.dir / "host_key.pub"],
            check=True, capture_output=True, text=True).stdout
        return line.split()[1]

    def allow(self, key):
        with open(self.dir / "authorized_keys", "a") as out:
            out.write(pathlib.Path(f"{key}.pub").read_text())

    def url(self, repo):
        return f"ssh://{self.user}@localhost:{self.port}{repo.bare}"

    def log(self):
        return self.server.tail(1000)

    def stop(self):
        self.server.stop()


class Wire:
    """A wire to a server that is cut when `after` bytes have come back over
    it; never with None.  `silent`: takes connections and says nothing."""

    def __init__(self, port, after=None, silent=False):
        self.to = port
        self.after = after
        self.silent = silent
        self.connections = 0
        self.open = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # close() alone would wait for the accept() that is under way.
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for one in self.open:
            one.close()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.open.append(client)
            if self.silent:
                continue
            server = socket.create_connection(("127.0.0.1", self.to))
            self.open.append(server)
            for args in ((client, server, None), (server, client, self.after)):
                threading.Thread(target=self.carry, args=args,
                                 daemon=True).start()

    @staticmethod
    def carry(source, sink, left):
        try:
            while left is None or left > 0:
                data = source.recv(65536 if left is None else
                                   min(left, 65536))
                if not data:
                    break
                sink.sendall(data)
                left = left if left is None else left - len(data)
        except OSError:
            pass
        for one in (source, sink):
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Collector:
    """An HTTPS server that keeps what it is told, and answers with `status`
    and `headers`: what an attacker would run."""

    def __init__(self, pki, status=401, headers=None, name="collector"):
        self.seen = []
        cert, key = pki.sign(name, f"/CN={name}", server=True)
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                self.rfile.read(length)
                collector.seen.append((self.path, dict(self.headers)))
                self.send_response(status)
                for name, value in (headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST = answer

            def log_message(self, *_):
                """Tests read `seen`."""

        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(cert, key)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                      Handler)
        self.server.socket = tls.wrap_socket(self.server.socket,
                                             server_side=True)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def authorizations(self):
        return [headers["Authorization"] for _, headers in self.seen
                if "Authorization" in headers]


def basic(user=USER, password=PASSWORD):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture(scope="session")
def repositories(tmp_path_factory):
    return Repositories(tmp_path_factory.mktemp("git"))


@pytest.fixture(scope="session")
def https_git(tmp_path_factory, repositories):
    server = HttpsGit(tmp_path_factory.mktemp("https") / "server",
                      repositories)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def ssh_git(tmp_path_factory, repositories):
    server = SshGit(tmp_path_factory.mktemp("ssh") / "server", repositories)
    yield server
    server.stop()

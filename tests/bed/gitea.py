# SPDX-License-Identifier: Apache-2.0
"""A real Gitea: git over HTTP, pull requests, comments and statuses."""

import base64
import itertools
import json
import pathlib
import subprocess
import urllib.error
import urllib.request

import pytest

from bed.process import Server, free_port, wait_until
from bed.program import ROOT
from bed.repository import Repository

USER = "ci"
PASSWORD = "CANARY-gitea-password"

BUILT = ROOT / "build" / "gitea"

INI = """
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
RUN_MODE = prod
WORK_PATH = {dir}
[server]
PROTOCOL = http
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = http://127.0.0.1:{port}/
STATIC_ROOT_PATH = {static}
DISABLE_SSH = true
OFFLINE_MODE = true
[database]
DB_TYPE = sqlite3
PATH = {dir}/gitea.db
[repository]
ROOT = {dir}/repositories
[repository.pull-request]
WORK_IN_PROGRESS_PREFIXES = WIP:,[WIP]
[security]
INSTALL_LOCK = true
SECRET_KEY = not-a-secret
PASSWORD_HASH_ALGO = pbkdf2$1$8
[service]
DISABLE_REGISTRATION = true
[log]
LEVEL = warn
"""


class Gitea:
    """One server; `token` may do all that we need, and no more."""

    def __init__(self, directory):
        if not (BUILT / "stamp").exists():
            pytest.skip("needs Gitea: make gitea")
        self.dir = pathlib.Path(directory)
        self.numbers = itertools.count(1)
        for _ in range(5):
            self.start(free_port())
            if self.server.alive():
                break
        else:
            raise RuntimeError(f"does not start:\n{self.server.tail()}")
        self.add_user(USER, admin=True)
        self.token = self.api(
            "POST", f"users/{USER}/tokens",
            {"name": "gitops", "scopes": ["write:repository", "write:issue"]}
        )["sha1"]

    def start(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self.ini = self.dir / "app.ini"
        self.ini.write_text(INI.format(dir=self.dir, port=port,
                                       static=BUILT / "static"))
        self.server = Server([BUILT / "gitea", "web", "-c", self.ini],
                             self.dir / "log")
        wait_until(lambda: not self.server.alive() or
                   self.api("GET", "version", user=None), 60, "Gitea")

    def stop(self):
        self.server.stop()

    def add_user(self, name, admin=False):
        subprocess.run(
            [BUILT / "gitea", "admin", "user", "create", "-c", self.ini,
             "--username", name, "--password", PASSWORD, "--email",
             f"{name}@example.com", "--must-change-password=false",
             *(["--admin"] if admin else [])],
            check=True, capture_output=True)

    def api(self, method, path, body=None, user=USER):
        headers = {"Content-Type": "application/json"}
        if user:
            both = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
            headers["Authorization"] = f"Basic {both}"
        request = urllib.request.Request(
            f"{self.url}/api/v1/{path}", method=method, headers=headers,
            data=None if body is None else json.dumps(body).encode())
        with urllib.request.urlopen(request, timeout=120) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def make(self, directory, name="config"):
        """A repository, and a working copy of it; push() after a change."""
        name = f"{name}-{next(self.numbers)}"
        self.api("POST", "user/repos", {"name": name, "auto_init": False,
                                        "default_branch": "main"})
        repo = Repository(directory / name)
        repo.name = f"{USER}/{name}"
        repo.url = f"{self.url}/{USER}/{name}.git"
        repo.git("remote", "add", "origin",
                 repo.url.replace("://", f"://{USER}:{PASSWORD}@"))

        def push():
            repo.git("push", "-q", "origin", "main")
            # It is told of what was pushed a moment later.
            wait_until(lambda: not repo.api("GET")["empty"], 20, "the push")
        repo.push = push
        repo.api = lambda method, path="", body=None: self.api(
            method, f"repos/{repo.name}{path}", body)
        return repo


@pytest.fixture(scope="session")
def gitea(tmp_path_factory):
    one = Gitea(tmp_path_factory.mktemp("gitea"))
    yield one
    one.stop()

# SPDX-License-Identifier: Apache-2.0
"""A real registry (Debian's docker-registry), filled through its API, and the
program of tests/e2e/images.c, which asks registries as gitops does."""

import base64
import functools
import gzip
import hashlib
import io
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tarfile
import urllib.error
import urllib.parse
import urllib.request

import pytest

from bed.process import Server, free_port, wait_until
from bed.program import ROOT, Program, binary, is_sanitized

USER = "ci"
PASSWORD = "CANARY-registry-password"

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def need(program):
    path = shutil.which(program)
    if not path:
        pytest.skip(f"needs {program}: make setup-test")
    return path


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def basic(user=USER, password=PASSWORD):
    return base64.b64encode(f"{user}:{password}".encode()).decode()


@functools.cache
def images_program():
    """tests/e2e/images.c with the library beside the program under test."""
    sanitized = is_sanitized(binary())
    build = ROOT / "build" / "san" if sanitized else ROOT / "build"
    program = build / "tests" / "e2e-images"
    archive = build / "libgitops.a"
    source = ROOT / "tests" / "e2e" / "images.c"
    newest = max(path.stat().st_mtime for path in (archive, source))
    if program.exists() and program.stat().st_mtime > newest:
        return program
    packages = ("libgit2 libcurl yaml-0.1 jansson libcrypto libpcre2-8 zlib")
    libraries = subprocess.run(
        ["pkg-config", "--cflags", "--libs", *packages.split()], check=True,
        capture_output=True, text=True).stdout.split()
    program.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [os.environ.get("CC", "cc"), "-std=c17", "-g", "-O1",
         "-D_POSIX_C_SOURCE=200809L", "-I", ROOT / "lib",
         *(["-fsanitize=address,undefined"] if sanitized else []),
         source, archive, "-o", program, *libraries], check=True)
    return program


class Images(Program):
    """images.c as a program with a home of its own."""

    def __init__(self, home):
        super().__init__(home, images_program())

    def look_in_home(self):
        """Logins are there because we have put them there."""
        for path in (self.home / ".cache").rglob("*"):
            if path.is_file():
                self.look_for_secrets(path.read_text(), f"in {path}")

    def ask(self, command, *args, **more):
        return self(command, *args, **more).json

    def one(self, command, *args, **more):
        """The answer of the only image."""
        found, = self.ask(command, *args, **more)["images"]
        return found

    def log_in(self, host, auth=None, **more):
        """Write ~/.docker/config.json."""
        path = self.home / ".docker" / "config.json"
        path.parent.mkdir(exist_ok=True)
        auths = {host: {"auth": auth or basic()}} if host else {}
        path.write_text(json.dumps({"auths": auths, **more}))

    def helper(self, name, script):
        """A credential helper on PATH."""
        path = self.home / "bin" / f"docker-credential-{name}"
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(0o755)
        self.env["PATH"] = f"{path.parent}:{self.env['PATH']}"
        return path


class Registry:
    """docker-registry with htpasswd, or open to all.  What it keeps `in_memory`
    is gone when it ends."""

    def __init__(self, directory, login=True, tls=None, auth=None,
                 in_memory=False):
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self.login = login
        self.scheme = "https" if tls else "http"
        auth = auth or ""
        storage = "inmemory: {}" if in_memory else \
            f"filesystem: {{rootdirectory: {directory}/data}}"
        if login:
            users = directory / "htpasswd"
            done = subprocess.run(
                [need("htpasswd"), "-Bbn", USER, PASSWORD], check=True,
                capture_output=True)
            users.write_bytes(done.stdout)
            auth = ("auth:\n  htpasswd:\n    realm: basic\n"
                    f"    path: {users}\n")
        for _ in range(5):
            self.port = free_port()
            self.host = f"127.0.0.1:{self.port}"
            config = directory / "config.yml"
            config.write_text(
                "version: 0.1\nlog: {level: info}\n"
                "storage:\n  delete: {enabled: true}\n"
                f"  {storage}\n"
                f"http:\n  addr: {self.host}\n"
                "  secret: not-a-secret\n" + (
                    f"  tls: {{certificate: {tls[0]}, key: {tls[1]}}}\n"
                    if tls else "") + auth)
            self.server = Server(
                [need("docker-registry"), "serve", config],
                directory / "log")
            wait_until(lambda: not self.server.alive() or self.answers(), 20,
                       "registry")
            if self.server.alive():
                return
        raise RuntimeError(self.server.tail())

    def answers(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True

    def stop(self):
        self.server.stop()

    def requests(self):
        """The lines of its log that are answers."""
        return [line for line in
                pathlib.Path(self.server.log).read_text().splitlines()
                if '"GET /v2/' in line or '"HEAD /v2/' in line]

    # ---- pushing ----

    def call(self, method, path, data=None, **headers):
        url = path if "://" in path else f"{self.scheme}://{self.host}{path}"
        request = urllib.request.Request(url, data, method=method)
        if self.login:
            request.add_header("Authorization", "Basic " + basic())
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        return urllib.request.urlopen(request)

    def blob(self, name, data):
        digest = digest_of(data)
        begun = self.call("POST", f"/v2/{name}/blobs/uploads/", b"")
        where = begun.headers["Location"]
        self.call("PUT", where + ("&" if "?" in where else "?") +
                  urllib.parse.urlencode({"digest": digest}), data,
                  Content_Type="application/octet-stream")
        return {"digest": digest, "size": len(data)}

    def manifest(self, name, tag, kind, value):
        data = json.dumps(value).encode()
        self.call("PUT", f"/v2/{name}/manifests/{tag or digest_of(data)}",
                  data, Content_Type=kind)
        return {"mediaType": kind, "digest": digest_of(data),
                "size": len(data)}

    def push(self, name, tag, created=None, labels=None, docker=False,
             annotations=None, config_type=None, unique=None):
        """An image of one small layer; its descriptor."""
        layer = self.blob(name, small_layer())
        config = {"architecture": "amd64", "os": "linux",
                  "rootfs": {"type": "layers", "diff_ids": []},
                  "config": {"Labels": labels or {}}}
        if created:
            config["created"] = created
        if unique:
            config["comment"] = unique
        kinds = (DOCKER_MANIFEST, DOCKER_CONFIG, DOCKER_LAYER) if docker \
            else (OCI_MANIFEST, OCI_CONFIG, OCI_LAYER)
        manifest = {
            "schemaVersion": 2, "mediaType": kinds[0],
            "config": {"mediaType": config_type or kinds[1],
                       **self.blob(name, json.dumps(config).encode())},
            "layers": [{"mediaType": kinds[2], **layer}]}
        if annotations:
            manifest["annotations"] = annotations
        return self.manifest(name, tag, kinds[0], manifest)

    def index(self, name, tag, members):
        """members: platform -> descriptor."""
        entries = []
        for platform, descriptor in members.items():
            os_name, cpu, *variant = platform.split("/")
            entry = {"os": os_name, "architecture": cpu}
            if variant:
                entry["variant"] = variant[0]
            entries.append({**descriptor, "platform": entry})
        return self.manifest(name, tag, OCI_INDEX, {
            "schemaVersion": 2, "mediaType": OCI_INDEX,
            "manifests": entries})

    def delete(self, name, digest):
        self.call("DELETE", f"/v2/{name}/manifests/{digest}")


@functools.cache
def small_layer():
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as tar:
        info = tarfile.TarInfo("hello")
        info.size = 5
        tar.addfile(info, io.BytesIO(b"hello"))
    return gzip.compress(data.getvalue(), mtime=0)

# SPDX-License-Identifier: Apache-2.0
"""Real keys, and what they sign; and what nobody has signed like that."""

import os
import subprocess
import time

import pytest

DAY = 24 * 3600


class Gpg:
    """Keys of Ann, who signs, in a home of their own."""

    def __init__(self, home):
        home.mkdir(mode=0o700)
        self.home = home
        self.env = {"PATH": os.environ["PATH"], "GNUPGHOME": str(home)}
        self.keys = {}

    def __call__(self, *args, stdin=None):
        done = subprocess.run(
            ["gpg", "--batch", "--quiet", "--pinentry-mode", "loopback",
             "--passphrase", "", *args], env=self.env, input=stdin,
            capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def make(self, name, when=None, expire="never"):
        uid = f"{name} <{name.lower()}@example.com>"
        then = [] if when is None else ["--faked-system-time", str(int(when))]
        self(*then, "--quick-gen-key", uid, "ed25519", "sign", expire)
        colons = self("--with-colons", "--list-keys", uid)
        self.keys[name] = next(line.split(":")[9]
                               for line in colons.splitlines()
                               if line.startswith("fpr"))
        return self.keys[name]

    def revoke(self, name):
        path = self.home / "openpgp-revocs.d" / f"{self.keys[name]}.rev"
        text = path.read_text().replace(":-----BEGIN", "-----BEGIN")
        self("--import", stdin=text)

    def export(self, path, *names, armour=True):
        path.write_bytes(subprocess.run(
            ["gpg", "--batch", *(["--armor"] if armour else []), "--export",
             *(self.keys[name] for name in names)], env=self.env, check=True,
            capture_output=True).stdout)
        return path


@pytest.fixture(scope="session")
def gpg(tmp_path_factory):
    keys = Gpg(tmp_path_factory.mktemp("g") / "h")
    keys.make("Ann")
    keys.make("Eve")
    keys.make("Old", time.time() - 10 * DAY, "seconds=86400")
    keys.make("Gone")
    yield keys
    subprocess.run(["gpgconf", "--kill", "all"], env=keys.env, check=False)


def sign_gpg(gpg, repo, name, *args):
    """git COMMAND, signed with that key."""
    program = repo.path.parent / f"gpg-{name}"
    then = (f"--faked-system-time {int(time.time() - 9.5 * DAY)}!"
            if name == "Old" else "")
    program.write_text(f'#!/bin/sh\nGNUPGHOME={gpg.home} exec gpg --batch '
                       f'{then} "$@"\n')
    program.chmod(0o755)
    return repo.git("-c", f"gpg.program={program}",
                    "-c", f"user.signingkey={gpg.keys[name]}", *args)


def commit_as(gpg, repo, name, message="signed"):
    sign_gpg(gpg, repo, name, "commit", "-q", "--allow-empty", "-S", "-m",
             message)
    return repo.git("rev-parse", "HEAD")


def header(repo, oid):
    text = repo.git("cat-file", "commit", oid)
    begin = text.index("gpgsig ")
    end = text.index("-----END", begin)
    return text[begin:text.index("\n", end) + 1]


def write_commit(repo, text):
    return repo.git("hash-object", "-t", "commit", "-w", "--stdin",
                    stdin=text)


class SshKeys:
    def __init__(self, directory):
        self.dir = directory

    def make(self, name):
        path = self.dir / name
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C",
                        name, "-f", path], check=True)
        return path

    def public(self, name):
        return (self.dir / f"{name}.pub").read_text().strip()

    def print(self, name):
        return subprocess.run(
            ["ssh-keygen", "-l", "-f", self.dir / f"{name}.pub"], check=True,
            capture_output=True, text=True).stdout.split()[1]

    def allow(self, *lines):
        path = self.dir / "allowed"
        path.write_text("".join(f"{line}\n" for line in lines))
        return path

    def sign(self, repo, name, *args, when=None):
        when = int(when or time.time())
        os.environ["GIT_COMMITTER_DATE"] = f"@{when} +0000"
        try:
            return subprocess.run(
                ["git", "-C", repo.path, "-c", "gpg.format=ssh", "-c",
                 f"user.signingkey={self.dir / name}", *args], check=True,
                capture_output=True, env=os.environ | {
                    "HOME": str(self.dir), "GIT_CONFIG_NOSYSTEM": "1",
                    "GIT_AUTHOR_NAME": "Ann",
                    "GIT_AUTHOR_EMAIL": "ann@example.com",
                    "GIT_COMMITTER_NAME": "Ann",
                    "GIT_COMMITTER_EMAIL": "ann@example.com"})
        finally:
            del os.environ["GIT_COMMITTER_DATE"]


@pytest.fixture
def ssh_keys(tmp_path):
    (tmp_path / "keys").mkdir()
    keys = SshKeys(tmp_path / "keys")
    keys.make("ann")
    keys.make("eve")
    return keys

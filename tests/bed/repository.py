# SPDX-License-Identifier: Apache-2.0
"""Git repositories of the tests, made by git itself."""

import os
import pathlib
import subprocess
import textwrap


class Repository:
    """A repository with a working directory."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def __fspath__(self):
        return str(self.path)

    __str__ = __fspath__

    def git(self, *args, stdin=None, check=True):
        env = {
            "PATH": os.environ["PATH"], "HOME": str(self.path.parent),
            "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0",
            "GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.com",
        }
        if isinstance(stdin, str):
            stdin = stdin.encode()
        return subprocess.run(
            ["git", "-C", str(self.path), *args], env=env, input=stdin,
            check=check, capture_output=True).stdout.decode().strip()

    def write(self, files):
        """Files by path; None removes one.  Text may be indented."""
        for name, text in files.items():
            path = self.path / name
            if text is None:
                path.unlink()
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            if isinstance(text, bytes):
                path.write_bytes(text)
            else:
                path.write_text(textwrap.dedent(text).lstrip("\n"))
        return self

    def commit(self, files=None, message="change"):
        """Write the files, commit everything, return the commit id."""
        self.write(files or {})
        self.git("add", "-A", "--force")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def commit_tree(self, entries, message="crafted"):
        """Commit a tree of (mode, type, object, path) that no working
        directory could hold, and put it on main."""
        listing = "".join(f"{mode} {kind} {oid}\t{path}\0"
                          for mode, kind, oid, path in entries)
        tree = self.git("mktree", "--missing", "-z", stdin=listing)
        commit = self.git("commit-tree", "-m", message, tree)
        self.git("update-ref", "refs/heads/main", commit)
        return commit

    def blob(self, data):
        return self.git("hash-object", "-w", "--stdin", stdin=data)

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measure how long it takes to find the commit of a line in 20,000 commits,
beside git itself.

usage: history.py

The line was changed half way; the other commits touch fifty other files.
Nothing is asserted.
"""

import os
import pathlib
import statistics
import subprocess
import tempfile
import time

GITOPS = os.environ["GITOPS"]
COMMITS = 20000
ROUNDS = 3


def config_map(value):
    return ("apiVersion: v1\nkind: ConfigMap\n"
            f"metadata: {{name: a, namespace: demo}}\ndata:\n  k: v{value}\n")


def make(path):
    """The repository, by one fast-import."""
    subprocess.run(["git", "init", "-q", "-b", "main", path], check=True)
    feed = subprocess.Popen(["git", "-C", path, "fast-import", "--quiet"],
                            stdin=subprocess.PIPE, text=True)
    for i in range(COMMITS + 1):
        name, text = f"other/{i % 50}/x.yaml", f"{i}\n"
        if i in (0, COMMITS // 2):
            name, text = "app/a.yaml", config_map(i)
        feed.stdin.write(
            f"commit refs/heads/main\ncommitter A <a@example.com> "
            f"{1700000000 + i} +0000\ndata 1\nc\n"
            f"M 644 inline {name}\ndata {len(text)}\n{text}\n")
    feed.stdin.close()
    assert feed.wait() == 0


def seconds(argv, statuses):
    taken = []
    for _ in range(ROUNDS):
        begin = time.monotonic()
        done = subprocess.run(argv, capture_output=True)
        taken.append(time.monotonic() - begin)
        assert done.returncode in statuses, done
    return statistics.median(taken)


def main():
    with tempfile.TemporaryDirectory() as name:
        path = str(pathlib.Path(name) / "repo")
        make(path)
        first = subprocess.run(
            ["git", "-C", path, "rev-list", "--max-parents=0", "HEAD"],
            check=True, capture_output=True, text=True).stdout.strip()
        ours = seconds([GITOPS, "diff", "--path", "app", "--from", first,
                        path], (1,))
        theirs = seconds(["git", "-C", path, "blame", "-L", "5,5", "main", "--",
                          "app/a.yaml"], (0,))
    print(f"the commit of a line in {COMMITS} commits")
    print(f"{'gitops diff --from':32}{ours:8.2f} s")
    print(f"{'git blame':32}{theirs:8.2f} s")


if __name__ == "__main__":
    main()

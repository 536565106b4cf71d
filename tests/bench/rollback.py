#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measure how long it takes from the command until one Deployment among 1,010
objects is healthy again on its image before: `gitops rollback`, beside
`kubectl rollout undo`, which git does not learn of, and beside `git revert`,
push and `kubectl apply --server-side` of the whole.

usage: rollback.py [--each N] [--rounds N] [--kubectl PATH]

The cluster has controllers and a simulated node, on which pods are ready as
soon as they are bound; the git server is one over HTTPS.  Before each
measurement the Deployment is brought to a newer image twice, by git, and is
healthy there.
kubectl has applied everything once before, so that nothing but the one object
is new to it.  Nothing is asserted.
"""

import argparse
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

import pytest

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

from bed.control import Control                                 # noqa: E402
from bed.gitservers import PASSWORD, USER, HttpsGit, Repositories # noqa: E402
from bed.program import plain_binary                            # noqa: E402
from bed.thousand import thousand                               # noqa: E402

FILE = "apps/app-000.yaml"
NAMESPACE, NAME = "bench-0", "app-000"
PATIENCE = "600s"
TO_REACH = 1 / 10
ME = {"GIT_AUTHOR_NAME": "Ada", "GIT_AUTHOR_EMAIL": "ada@example.com",
      "GIT_COMMITTER_NAME": "Ada", "GIT_COMMITTER_EMAIL": "ada@example.com"}

OURS = "gitops rollback"
UNDO = "kubectl rollout undo"
REVERT = "git revert, push, kubectl apply"


class Bench:
    def __init__(self, args, directory):
        self.rounds = args.rounds
        self.gitops = plain_binary()
        if not self.gitops:
            sys.exit("rollback.py: needs ./gitops without sanitizers: make")
        self.rows = {OURS: [], UNDO: [], REVERT: []}
        self.n_images = 0
        (directory / "home").mkdir()
        repositories = Repositories(directory)
        self.server = HttpsGit(directory / "https", repositories)
        self.repo = repositories.make()
        self.files, self.n = thousand("bench", each=args.each)
        self.repo.commit(self.files)
        self.repo.push()
        self.url = self.server.url(self.repo, "private")
        self.control = Control(directory / "control")
        self.control.start_controllers()
        self.kubectl = args.kubectl or self.control.kubectl
        self.env = ME | {
            "PATH": os.environ["PATH"], "HOME": str(directory / "home"),
            "KUBECONFIG": str(self.control.kubeconfig),
            "GITOPS_WAIT": PATIENCE,
            "GITOPS_GIT_CA_FILE": str(self.server.ca),
            "GITOPS_GIT_USERNAME": USER, "GITOPS_GIT_TOKEN": PASSWORD,
            "GIT_SSL_CAINFO": str(self.server.ca)}
        # The clone of whoever reverts.
        self.clone = directory / "clone"
        self.run("git", "clone", "-q", self.url.replace(
            "https://", f"https://{USER}:{PASSWORD}@"), self.clone)

    def stop(self):
        self.control.stop()
        self.server.stop()

    def run(self, *argv):
        """Its seconds."""
        begin = time.monotonic()
        done = subprocess.run([str(arg) for arg in argv], env=self.env,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(map(str, argv))}\n"
                     f"status {done.returncode}\n{done.stderr[-2000:]}")
        return time.monotonic() - begin

    def in_clone(self, *argv):
        return self.run("git", "-C", self.clone, *argv)

    # ---- before each ----

    def release(self):
        """One more image, healthy."""
        self.n_images += 1
        text = re.sub(r"image: (\S+):\S+", rf"image: \1:2.{self.n_images}.0",
                      self.files[FILE])
        self.in_clone("pull", "-q", "--ff-only")
        (self.clone / FILE).write_text(text)
        self.in_clone("commit", "-q", "-a", "-m", "release")
        self.in_clone("push", "-q")
        self.run(self.gitops, "sync", "-q", self.url)

    def image(self):
        live = self.control.api.get(
            f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/{NAME}")
        status = live["status"]
        if status["updatedReplicas"] != status["availableReplicas"]:
            sys.exit(f"rollback.py: not healthy: {status}")
        (container,) = live["spec"]["template"]["spec"]["containers"]
        return container["image"]

    def set_up(self):
        begin = time.monotonic()
        self.run(self.gitops, "sync", "-q", self.url)
        self.apply()
        print(f"{self.n} objects are healthy after "
              f"{time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)

    # ---- what is measured ----

    def apply(self):
        return self.run(self.kubectl, "apply", "--server-side",
                        "--force-conflicts",
                        "-f", self.clone / "namespaces.yaml",
                        "-f", self.clone / "apps")

    def status(self):
        return self.run(self.kubectl, "rollout", "status", "-n", NAMESPACE,
                        f"deployment/{NAME}")

    def ours(self):
        return self.run(self.gitops, "rollback", self.url)

    def undo(self):
        return self.run(self.kubectl, "rollout", "undo", "-n", NAMESPACE,
                        f"deployment/{NAME}") + self.status()

    def revert(self):
        return (self.in_clone("revert", "--no-edit", "HEAD") +
                self.in_clone("push", "-q") + self.apply() + self.status())

    def all(self):
        self.set_up()
        for _ in range(self.rounds):
            for what, way in ((OURS, self.ours), (UNDO, self.undo),
                              (REVERT, self.revert)):
                self.release()
                before = self.image()
                self.release()
                seconds = way()
                if self.image() != before:
                    sys.exit(f"rollback.py: {what}: it has {self.image()} "
                             f"and not {before}")
                self.rows[what].append(seconds)
                print(f"{what:40}{seconds:8.2f} s", file=sys.stderr,
                      flush=True)

    def table(self):
        print(f"rollback of one Deployment among {self.n} objects, "
              f"{os.cpu_count()} processors, {self.rounds} rounds\n")
        print(f"{'':40}{'median':>10}{'least':>10}")
        for what, seconds in self.rows.items():
            print(f"{what:40}{statistics.median(seconds):8.2f} s"
                  f"{min(seconds):8.2f} s")
        median = {what: statistics.median(seconds)
                  for what, seconds in self.rows.items()}
        print(f"\n{'ratio':52}{'is':>10}{'to reach':>10}")
        print(f"{f'{OURS} : {REVERT}':52}"
              f"{median[OURS] / median[REVERT]:10.3f}{TO_REACH:10.2f}")
        print(f"{f'{OURS} : {UNDO}':52}{median[OURS] / median[UNDO]:10.3f}")
        print("\nWhat is to be reached is meant for kubectl 1.32, which "
              "sends no more than 50 requests\na second; --kubectl names "
              "one.")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=200,
                        help="objects of each of the five kinds (200)")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kubectl", help="another one than that of the tests")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        try:
            bench = Bench(args, pathlib.Path(name))
        except pytest.skip.Exception as missing:
            print(f"no rollback is measured: {missing}")
            return
        try:
            bench.all()
            bench.table()
        finally:
            bench.stop()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measure how long it takes to look for newer images in 200 repositories of
300 tags each, beside `skopeo list-tags` of the same repositories, and beside
the raw ceiling: the same requests from one `curl --parallel`.

usage: release.py [--repositories N] [--tags N] [--rounds N]

A registry of its own keeps in memory what is pushed to it.  gitops keeps no
list of tags from one run to the next, so it asks for all of them each time;
"first run" is one in an empty home.  skopeo lists one repository a process:
one after the other, and as many at once as gitops has requests in flight.
Nothing is asserted, but that nothing is to be moved.
"""

import argparse
import concurrent.futures
import http.client
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TESTS))

from bed.program import plain_binary                 # noqa: E402
from bed.registry import OCI_MANIFEST, Registry      # noqa: E402
from bed.repository import Repository                # noqa: E402

IN_FLIGHT = 48
PUSHERS = 8
TO_REACH = 1 / 10

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, namespace: demo}}
spec:
  selector: {{matchLabels: {{app: {name}}}}}
  template:
    metadata: {{labels: {{app: {name}}}}}
    spec:
      containers:
      - name: main
        image: {image}:{tag}
"""


def fill(registry, name, n_tags):
    """One image under all tags; the newest is the last."""
    registry.push(name, "1.0.0", unique=name)
    manifest = registry.call("GET", f"/v2/{name}/manifests/1.0.0",
                             Accept=OCI_MANIFEST).read()
    connection = http.client.HTTPConnection(registry.host)
    for minor in range(1, n_tags):
        connection.request("PUT", f"/v2/{name}/manifests/1.{minor}.0",
                           manifest, {"Content-Type": OCI_MANIFEST})
        answer = connection.getresponse()
        answer.read()
        if answer.status != 201:
            sys.exit(f"release.py: push of {name}: status {answer.status}")
    connection.close()


def make_repository(path, registry, names, newest):
    """Each image is a workload's, and at its newest tag."""
    repo = Repository(path)
    images = "".join(f"  - {{image: {registry.host}/{name}, "
                     "policy: semver ^1}\n" for name in names)
    repo.commit({
        "gitops.yaml": "apiVersion: gitops/v1\napps:\n- name: web\n"
                       f"  path: deploy\n  images:\n{images}",
        **{f"deploy/{name}.yaml": DEPLOYMENT.format(
            name=name, image=f"{registry.host}/{name}", tag=newest)
           for name in names}})
    return repo


class Bench:
    def __init__(self, args, directory):
        self.args = args
        self.directory = directory
        self.gitops = plain_binary()
        if not self.gitops:
            sys.exit("release.py: needs ./gitops without sanitizers: make")
        self.registry = Registry(directory / "registry", login=False,
                                 in_memory=True)
        self.names = [f"app-{i:03}" for i in range(args.repositories)]
        begin = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(PUSHERS) as pushers:
            list(pushers.map(lambda name: fill(self.registry, name,
                                               args.tags), self.names))
        print(f"pushed {len(self.names)} repositories of {args.tags} tags in "
              f"{time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
        self.repo = make_repository(directory / "repo", self.registry,
                                    self.names, f"1.{args.tags - 1}.0")
        (directory / "policy.json").write_text(
            '{"default": [{"type": "insecureAcceptAnything"}]}')
        (directory / "names").write_text("".join(
            f"docker://{self.registry.host}/{name}\n" for name in self.names))
        (directory / "urls").write_text("".join(
            f'url = "http://{self.registry.host}/v2/{name}/tags/list?n=1000"\n'
            for name in self.names))
        self.rows = {}

    def home(self, name):
        path = self.directory / name
        path.mkdir(exist_ok=True)
        return path

    def measure(self, what, argv, home, word):
        """Seconds and requests of a command, which says `word`."""
        before = len(self.registry.requests())
        env = {"PATH": os.environ["PATH"], "HOME": str(home)}
        begin = time.monotonic()
        done = subprocess.run([str(arg) for arg in argv], env=env,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              text=True)
        seconds = time.monotonic() - begin
        if done.returncode != 0 or word not in done.stdout:
            sys.exit(f"release.py: {argv[0]}: status {done.returncode}\n"
                     f"{done.stdout[-500:]}{done.stderr[-2000:]}")
        asked = len(self.registry.requests()) - before
        self.rows.setdefault(what, []).append((seconds, asked))
        print(f"{what:40}{seconds:8.2f} s", file=sys.stderr, flush=True)

    def run(self):
        release = [self.gitops, "release", "--all", self.repo]
        # The list of names is on standard input, as xargs has it by itself.
        skopeo = ["xargs", "-a", self.directory / "names", "-n", "1"]
        list_tags = ["skopeo", "--policy", self.directory / "policy.json",
                     "list-tags", "--tls-verify=false"]
        curl = ["curl", "-s", "--parallel", "--parallel-max", IN_FLIGHT, "-K",
                self.directory / "urls"]
        for i in range(self.args.rounds):
            self.measure("raw ceiling, curl --parallel", curl,
                         self.home("curl"), "1.0.0")
            self.measure("gitops release --all, first run", release,
                         self.home(f"first-{i}"), "nothing to move")
            self.measure("gitops release --all", release,
                         self.home("first-0"), "nothing to move")
            if not shutil.which("skopeo"):
                continue
            self.measure("skopeo list-tags, one by one",
                         [*skopeo, *list_tags], self.home("skopeo"), "1.0.0")
            self.measure(f"skopeo list-tags, {IN_FLIGHT} at once",
                         [*skopeo, "-P", IN_FLIGHT, *list_tags],
                         self.home("skopeo"), "1.0.0")

    def seconds(self, word):
        """The median of the row that begins so, or None."""
        for what, samples in self.rows.items():
            if what.startswith(word):
                return statistics.median(s for s, _ in samples)
        return None

    def table(self):
        print(f"newer images in {self.args.repositories} repositories of "
              f"{self.args.tags} tags, {os.cpu_count()} processors, "
              f"{self.args.rounds} rounds\n")
        print(f"{'':40}{'median':>10}{'least':>10}{'requests':>10}")
        for what, samples in self.rows.items():
            median = statistics.median(s for s, _ in samples)
            least = min(s for s, _ in samples)
            print(f"{what:40}{median:8.2f} s{least:8.2f} s"
                  f"{samples[-1][1]:10}")
        ours = self.seconds("gitops release --all, first run")
        one, many = (self.seconds(f"skopeo list-tags, {how}")
                     for how in ("one", str(IN_FLIGHT)))
        if not one:
            print("skopeo is missing: apt-get install skopeo")
            return
        print(f"\n{'ratio':40}{'is':>10}{'to reach':>10}")
        print(f"{'first run : skopeo one by one':40}{ours / one:10.3f}"
              f"{TO_REACH:10.2f}")
        print(f"{f'first run : skopeo, {IN_FLIGHT} at once':40}"
              f"{ours / many:10.3f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--repositories", type=int, default=200)
    parser.add_argument("--tags", type=int, default=300, help="of each (300)")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    if not shutil.which("docker-registry"):
        print("docker-registry is missing: newer images are not looked for")
        return
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(args, pathlib.Path(name))
        try:
            bench.run()
            bench.table()
        finally:
            bench.registry.stop()


if __name__ == "__main__":
    main()

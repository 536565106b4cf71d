#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measure gitops beside kubectl, kapp and the raw ceiling: the very requests
that gitops sends, sent again by `curl --parallel`.

usage: run.py [--each N] [--rounds N] [--only WORD] [--kubectl PATH]

Every figure is made in this run, on this machine, one after the other, each
against a fresh API server that has come to rest.  Nothing is asserted.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TESTS = pathlib.Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS), str(TESTS / "peer")]

from bed.control import Control, assets  # noqa: E402
from bed.program import MEASURE, Program, plain_binary  # noqa: E402
from bed.proxy import Proxy           # noqa: E402
from bed.repository import Repository # noqa: E402
from bed.thousand import thousand     # noqa: E402
from kustomize import kapp            # noqa: E402

IN_FLIGHT = 48
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class Plane:
    """A fresh control plane, and what it counted."""

    def __init__(self, directory):
        self.control = Control(tempfile.mkdtemp(dir=directory))
        self.rest()
        self.before = self.metrics()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.control.stop()
        shutil.rmtree(self.control.directory, ignore_errors=True)

    def busy(self):
        """Seconds of processor time its processes took so far."""
        total = 0
        for server in self.control.servers:
            text = pathlib.Path(f"/proc/{server.process.pid}/stat").read_text()
            fields = text.rpartition(")")[2].split()
            total += int(fields[11]) + int(fields[12])
        return total / CLOCK_TICKS

    def rest(self):
        """Wait until start-up work is over."""
        calm = 0
        deadline = time.monotonic() + 60
        while calm < 3 and time.monotonic() < deadline:
            before = self.busy()
            time.sleep(0.5)
            calm = calm + 1 if self.busy() - before < 0.05 else 0

    def metrics(self):
        """Requests so far: reads, dry-runs, writes."""
        counts = {"reads": 0, "dry": 0, "writes": 0}
        text = self.control.api.raw("GET", "/metrics")[1]
        for labels, value in re.findall(
                r"^apiserver_request_total\{(.*?)\} (\S+)$", text, re.M):
            label = dict(re.findall(r'(\w+)="(.*?)"', labels))
            # What the server asks itself.
            if label["resource"] in ("leases", "apiservices", "endpoints",
                                     "endpointslices", "flowschemas",
                                     "prioritylevelconfigurations"):
                continue
            if label["verb"] in ("GET", "LIST"):
                kind = "reads"
            elif label["verb"] in ("APPLY", "PATCH", "POST", "PUT", "DELETE"):
                kind = "dry" if label.get("dry_run") else "writes"
            else:
                continue
            counts[kind] += int(float(value))
        return counts

    def counted(self):
        now = self.metrics()
        return {key: now[key] - self.before[key] for key in now}

    def forget(self):
        self.before = self.metrics()


class Sample:
    def __init__(self, seconds, kilobytes, counts):
        self.seconds = seconds
        self.megabytes = kilobytes / 1024
        self.counts = counts


class Row:
    """One tool at one job; the median of its samples is shown."""

    def __init__(self, job, tool):
        self.job = job
        self.tool = tool
        self.samples = []

    @property
    def seconds(self):
        return statistics.median(s.seconds for s in self.samples)

    @property
    def megabytes(self):
        return max(s.megabytes for s in self.samples)

    @property
    def counts(self):
        return self.samples[-1].counts


def measure(plane, argv, home, statuses=(0,)):
    """Time and memory of a command."""
    env = {"PATH": os.environ["PATH"], "HOME": str(home),
           "GITOPS_WAIT": "0",  # nothing runs there
           "KUBECONFIG": str(plane.control.kubeconfig)}
    peak = pathlib.Path(home) / "peak"
    plane.forget()
    done = subprocess.run([*MEASURE, str(peak), *map(str, argv)], env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True)
    if done.returncode not in statuses:
        sys.exit(f"{' '.join(map(str, argv))}\n"
                 f"status {done.returncode}\n{done.stderr[-2000:]}")
    seconds, kilobytes = peak.read_text().split()
    return Sample(float(seconds), int(kilobytes), plane.counted())


class Recording:
    """The requests of a run, in phases that must not overlap, as files for
    curl."""

    def __init__(self, requests, directory):
        self.directory = pathlib.Path(tempfile.mkdtemp(dir=directory))
        self.phases = []
        last = None
        for request in requests:
            phase = self.phase_of(request)
            if phase != last:
                self.phases.append([])
                last = phase
            self.phases[-1].append(request)

    @staticmethod
    def phase_of(request):
        """Reads, dry-runs, writes of Namespaces, other writes."""
        if request.method in ("GET", "HEAD"):
            return "read"
        if request.dry_run:
            return "dry"
        return "namespace" if re.search(r"/namespaces/[^/]*$",
                                        request.path) else "write"

    def commands(self, plane, version):
        """One curl command a phase."""
        control = plane.control
        for i, phase in enumerate(self.phases):
            lines = []
            for j, request in enumerate(phase):
                lines += [f'url = "{control.url}{request.target}"',
                          f'request = "{request.method}"',
                          'output = "/dev/null"',
                          f'cacert = "{control.ca}"',
                          f'cert = "{control.admin_cert}"',
                          f'key = "{control.admin_key}"', "silent", version,
                          "path-as-is", "globoff"]
                for name in ("Accept", "Content-Type", "Accept-Encoding"):
                    if request.headers.get(name):
                        lines.append(
                            f'header = "{name}: {request.headers[name]}"')
                if request.body:
                    body = self.directory / f"{i}-{j}.body"
                    body.write_bytes(request.body)
                    lines.append(f'data-binary = "@{body}"')
                lines.append("next")
            config = self.directory / f"{i}-{version}.config"
            config.write_text("\n".join(lines[:-1]) + "\n")
            yield ["curl", "--parallel", "--parallel-max", IN_FLIGHT, "-K",
                   config]


def replay(plane, recording, home, version):
    total = Sample(0, 0, {})
    counts = {"reads": 0, "dry": 0, "writes": 0}
    for argv in list(recording.commands(plane, version)):
        sample = measure(plane, argv, home)
        total.seconds += sample.seconds
        total.megabytes = max(total.megabytes, sample.megabytes)
        for key in counts:
            counts[key] += sample.counts[key]
    total.counts = counts
    return total


class Bench:
    def __init__(self, args, directory):
        self.args = args
        self.directory = pathlib.Path(directory)
        self.home = self.directory / "home"
        self.home.mkdir()
        files, self.n = thousand("bench", each=args.each)
        self.repo = Repository(self.directory / "repo")
        self.repo.commit(files)
        files, self.n_large = thousand("bench", each=10 * args.each)
        self.large = Repository(self.directory / "large")
        self.large.commit(files)
        self.gitops = plain_binary()
        if not self.gitops:
            sys.exit("run.py: needs ./gitops without sanitizers: run make")
        self.kapp = kapp()
        self.rows = []

    def say(self, text):
        print(text, file=sys.stderr, flush=True)

    def row(self, job, tool):
        for row in self.rows:
            if (row.job, row.tool) == (job, tool):
                return row
        self.rows.append(Row(job, tool))
        return self.rows[-1]

    def add(self, job, tool, sample):
        self.row(job, tool).samples.append(sample)
        self.say(f"{job:28} {tool:30} {sample.seconds:7.2f} s")

    def sync(self, *flags, repo=None):
        return [self.gitops, "sync", "-q", *flags, repo or self.repo]

    def diff(self):
        return [self.gitops, "diff", "-q", self.repo]

    def kubectl(self, control, verb, *flags):
        return [self.args.kubectl or control.kubectl, verb, *flags,
                "-f", self.repo.path / "namespaces.yaml",
                "-f", self.repo.path / "apps"]

    def record(self, *args):
        """What requests a run sends, seen by a proxy."""
        program = Program(self.home, self.gitops)
        with Plane(self.directory) as plane, Proxy(plane.control) as proxy:
            program.kubeconfig = proxy.kubeconfig(self.directory)
            program(*args, self.repo)
            return Recording(proxy.requests, self.directory)

    def first_sync(self, job, *flags):
        recording = self.record("sync", "-q", *flags)
        for _ in range(self.args.rounds):
            for version in ("http2", "http1.1"):
                with Plane(self.directory) as plane:
                    self.add(job, f"raw ceiling, curl --{version}",
                             replay(plane, recording, self.home, version))
            with Plane(self.directory) as plane:
                self.add(job, f"gitops sync {' '.join(flags)}".strip(),
                         measure(plane, self.sync(*flags), self.home))

    def others_and_no_change(self):
        """What costs a minute is measured once."""
        first, again = "first sync", "sync, nothing to do"
        with Plane(self.directory) as plane:
            self.add(first, "kubectl apply --server-side", measure(
                plane, self.kubectl(plane.control, "apply",
                                    "--server-side"), self.home))
            self.add(again, "kubectl apply --server-side", measure(
                plane, self.kubectl(plane.control, "apply",
                                    "--server-side"), self.home))
            self.add("diff, no difference", "kubectl diff", measure(
                plane, self.kubectl(plane.control, "diff",
                                    "--server-side"), self.home))
        with Plane(self.directory) as plane:
            measure(plane, self.sync(), self.home)
            for _ in range(self.args.rounds):
                self.add(again, "gitops sync",
                         measure(plane, self.sync(), self.home))
                self.add("diff, no difference", "gitops diff",
                         measure(plane, self.diff(), self.home))
        if self.kapp:
            argv = [self.kapp, "deploy", "-a", "bench", "-n", "default",
                    "-f", self.repo.path, "--yes", "--wait=false"]
            with Plane(self.directory) as plane:
                self.add(first, "kapp deploy",
                         measure(plane, argv, self.home))
                self.add(again, "kapp deploy",
                         measure(plane, argv, self.home))

    def ten_times(self):
        with Plane(self.directory) as plane:
            measure(plane, self.sync("--validate", "none", repo=self.large),
                    self.home)
            for _ in range(self.args.rounds):
                self.add("nothing to do, ten times", "gitops sync",
                         measure(plane, self.sync(repo=self.large),
                                 self.home))

    def run(self):
        jobs = {
            "validated": lambda: self.first_sync("first sync, validated"),
            "plain": lambda: self.first_sync(
                "first sync, not validated", "--validate", "none"),
            "others": self.others_and_no_change,
            "ten": self.ten_times,
        }
        for name, job in jobs.items():
            if not self.args.only or self.args.only in name:
                job()

    def find(self, job, word):
        """The fastest row of a tool at a job, or None."""
        rows = [r for r in self.rows if r.job == job and word in r.tool]
        return min(rows, key=lambda r: r.seconds, default=None)

    def table(self):
        version = subprocess.run(
            [self.args.kubectl or assets() / "kubectl", "version", "--client",
             "-o", "json"], check=True, capture_output=True).stdout
        kubectl = json.loads(version)["clientVersion"]["gitVersion"]
        if kubectl.startswith("v0.0.0"):
            kubectl = "of --kubectl"
        print(f"\n{self.n} objects (ten times: {self.n_large}), "
              f"{os.cpu_count()} processors, median of {self.args.rounds}, "
              f"kubectl {kubectl}\n")
        print(f"{'job':27}{'tool':33}{'seconds':>8}{'peak MB':>9}"
              f"{'reads':>7}{'dry-runs':>9}{'writes':>7}")
        last = None
        for row in sorted(self.rows, key=lambda r: r.job):
            job = row.job if row.job != last else ""
            last = row.job
            print(f"{job:27}{row.tool:33}{row.seconds:8.2f}"
                  f"{row.megabytes:9.1f}{row.counts['reads']:7}"
                  f"{row.counts['dry']:9}{row.counts['writes']:7}")

    def ratios(self):
        kubectl = self.find("first sync", "kubectl")
        kapp = self.find("first sync", "kapp")
        checked = self.find("first sync, validated", "gitops")
        blind = self.find("first sync, not validated", "gitops")
        again = self.find("sync, nothing to do", "gitops")
        large = self.find("nothing to do, ten times", "gitops")
        lines = [
            ("validated first sync : its ceiling", checked,
             self.find("first sync, validated", "ceiling"), 1.3),
            ("first sync, not validated : its ceiling", blind,
             self.find("first sync, not validated", "ceiling"), 1.3),
            ("validated first sync : kubectl", checked, kubectl, 1 / 5),
            ("first sync, not validated : kubectl", blind, kubectl, 1 / 10),
            ("first sync, not validated : kapp", blind, kapp, 1 / 2),
            ("nothing to do : kubectl", again,
             self.find("sync, nothing to do", "kubectl"), 1 / 100),
            ("nothing to do : kapp", again,
             self.find("sync, nothing to do", "kapp"), 1 / 12),
            ("no difference : kubectl",
             self.find("diff, no difference", "gitops"),
             self.find("diff, no difference", "kubectl"), 1 / 25),
            ("nothing to do, ten times the objects : once", large, again,
             11),
        ]
        print(f"\n{'ratio':48}{'is':>8}{'to reach':>10}")
        for name, ours, other, target in lines:
            if not ours or not other:
                continue
            goal = f"{target:10.2f}" if target else ""
            print(f"{name:48}{ours.seconds / other.seconds:8.3f}{goal}")
        ours = [r for r in self.rows if "gitops" in r.tool]
        for what, rows, most in (
                ("", [r for r in ours if r is not large], 40),
                (", ten times the objects", [large] if large else [], 120)):
            if rows:
                print(f"{'peak memory of gitops, MB' + what:48}"
                      f"{max(r.megabytes for r in rows):8.1f}{most:10.2f}")
        print("\nWhat is to be reached beside kubectl is meant for 1.32, "
              "which sends no more than\n50 requests a second; --kubectl "
              "names one.")
        if not self.kapp:
            print("kapp is missing: it is built with Go.")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=200,
                        help="objects of each of the five kinds (200)")
    parser.add_argument("--rounds", type=int, default=3,
                        help="how often, but for kubectl and kapp (3)")
    parser.add_argument("--only", help="validated, plain, others or ten")
    parser.add_argument("--kubectl", help="another one: 1.32 sends no more "
                        "than 50 requests a second, 1.36 what it can")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        bench = Bench(args, directory)
        bench.run()
        bench.table()
        bench.ratios()


if __name__ == "__main__":
    main()

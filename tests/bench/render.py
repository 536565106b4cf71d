#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measure `gitops render` beside `kustomize build`, which is built from its
module.

usage: render.py [--rounds N]

Each tree is rendered by both, one after the other, and what they print is the
same; the middle of the rounds is shown.  Nothing is asserted but that.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tests" / "peer")]

from bed.thousand import thousand   # noqa: E402
from kustomize import kustomize     # noqa: E402

SHARED = pathlib.Path(os.environ.get("GITOPS_SHARED", ROOT.parent / "shared"))

APP = """\
apiVersion: v1
kind: ConfigMap
metadata: {{name: app{i}-config}}
data: {{a: "1", b: two}}
---
apiVersion: v1
kind: Service
metadata: {{name: app{i}}}
spec:
  selector: {{app: app{i}}}
  ports: [{{port: 80, targetPort: 8080}}]
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app{i}
  labels: {{app: app{i}}}
spec:
  replicas: 2
  selector: {{matchLabels: {{app: app{i}}}}}
  template:
    metadata: {{labels: {{app: app{i}}}}}
    spec:
      serviceAccountName: app{i}
      containers:
      - name: main
        image: nginx:1.{i}
        envFrom: [{{configMapRef: {{name: app{i}-config}}}}]
---
apiVersion: v1
kind: ServiceAccount
metadata: {{name: app{i}}}
"""

PATCH = """\
- patch: |
    apiVersion: apps/v1
    kind: Deployment
    metadata: {{name: app{i}}}
    spec:
      replicas: {i}
      template:
        spec:
          containers:
          - name: main
            env: [{{name: X, value: "{i}"}}]
"""


def write(directory, files):
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def many(directory, each):
    """Plain objects, five files a namespace, all named by one kustomization."""
    files, n = thousand("app", each)
    write(directory, files)
    write(directory, {"kustomization.yaml": "resources:\n" + "".join(
        f"- {name}\n" for name in files)})
    return n, "."


def overlay(directory, n):
    """Prefix, namespace, labels, images, 50 patches and 20 generators over n
    objects."""
    write(directory, {f"base/app{i}.yaml": APP.format(i=i)
                      for i in range(n // 4)})
    write(directory, {
        "base/kustomization.yaml": "resources:\n" + "".join(
            f"- app{i}.yaml\n" for i in range(n // 4)),
        "top/kustomization.yaml":
            "resources: [../base]\nnamePrefix: prod-\nnamespace: prod\n"
            "labels: [{pairs: {env: prod}, includeSelectors: true}]\n"
            "commonAnnotations: {owner: somebody}\n"
            "images: [{name: nginx, newName: example.com/nginx}]\n"
            "configMapGenerator:\n" + "".join(
                f"- {{name: gen{i}, literals: [A=1, B=two]}}\n"
                for i in range(20)) +
            "patches:\n" + "".join(PATCH.format(i=i) for i in range(50))})
    return n, "top"


def measure(argv, rounds, limit):
    """Seconds, in the middle, and the most megabytes; and what was printed."""
    seconds, megabytes, out = [], 0, b""
    for _ in range(rounds):
        start = time.monotonic()
        process = subprocess.Popen(argv, stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL)
        try:
            out = process.communicate(timeout=limit)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return limit, float("nan"), None
        seconds.append(time.monotonic() - start)
    # Of the largest child so far, which is asked for one tool at a time.
    megabytes = peak(argv)
    return statistics.median(seconds), megabytes, out


def peak(argv):
    """The most memory of one run, by a process that has no other child."""
    code = ("import resource, subprocess, sys\n"
            "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL,"
            " stderr=subprocess.DEVNULL)\n"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    done = subprocess.run([sys.executable, "-c", code, *argv],
                          capture_output=True, text=True, check=True)
    return int(done.stdout) / 1024


def compare(name, directory, path, rounds, limit=300):
    ours = measure([os.environ["GITOPS"], "render", "--worktree", "--path",
                    path, directory], rounds, limit)
    theirs = measure([kustomize(), "build", directory / path],
                     1 if limit < 300 else rounds, limit)
    assert theirs[2] is None or ours[2] == theirs[2], name
    ended = theirs[2] is not None
    print(f"{name:34} {ours[0]:7.3f} s {ours[1]:6.1f} MB   "
          f"{'' if ended else '>'}{theirs[0]:7.2f} s {theirs[1]:6.1f} MB   "
          f"1/{theirs[0] / ours[0]:.0f} of the time"
          + (f", 1/{theirs[1] / ours[1]:.1f} of the memory" if ended else ""))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=5)
    rounds = options.parse_args().rounds
    print(f"{'render':34} {'gitops':>19}   {'kustomize':>20}")
    with tempfile.TemporaryDirectory() as name:
        tmp = pathlib.Path(name)
        for each in (200, 1000):
            n, path = many(tmp / f"many{each}", each)
            compare(f"{n} objects", tmp / f"many{each}", path, rounds,
                    300 if each == 200 else 60)
        for n in (500, 2000):
            _, path = overlay(tmp / f"overlay{n}", n)
            compare(f"an overlay over {n} objects", tmp / f"overlay{n}", path,
                    rounds)
    real = SHARED / "corpus" / "kube-prometheus"
    if real.is_dir():
        compare("kube-prometheus", real, ".", rounds)


if __name__ == "__main__":
    main()

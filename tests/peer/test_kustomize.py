# SPDX-License-Identifier: Apache-2.0
"""Whole trees through gitops and through the real kustomize: the same bytes,
or refused by both.

What is drawn at random is the same in every run; PEER_SEEDS=5000 draws more.
"""

import os
import pathlib
import re
import subprocess
import sys

import pytest

from compose import compose
from families import FAMILIES, family
from kustomize import ROOT, build, kustomize

sys.path.insert(0, str(ROOT / "tests" / "golden"))
import archive  # noqa: E402

SHARED = pathlib.Path(os.environ.get("GITOPS_SHARED", ROOT.parent / "shared"))
SEEDS = int(os.environ.get("PEER_SEEDS", "300"))
BATCH = 25

needs_go = pytest.mark.skipif(not kustomize(),
                              reason="needs Go, to build kustomize")

# Recorded cases that come out otherwise, on purpose.  The list is sorted and
# only shrinks: one that differs no more fails.
KNOWN = {
    "krusty.accumulation.TestTargetMustHaveKustomizationFile":
        "a directory without a kustomization holds plain manifests",
    "merge2.element.no-infer-merge-keys-merge-using-explicit-schema-as-line-"
    "comment": "schemas that stand in comments are lost with them",
    "probe.json-key-order-and-dup":
        "a key that stands twice in a JSON patch is refused",
    "probe.kust-dup-key":
        "a field that is set twice, to different values, is refused",
    "probe.yaml-numbers": "integers from 2^63 are doubles, as for an API server",
    "probe.yaml-numbers-seq":
        "integers from 2^63 are doubles, as for an API server",
}

# What we refuse and kustomize takes: one of two wishes would be lost, or what
# is meant cannot be known.
REFUSED = re.compile(
    "cannot carry a hash|did not find expected <document start>|"
    "sets the same field as|is set twice|duplicate object key|"
    "it cannot be created")
# What kustomize refuses and we take.
TAKEN = re.compile(
    # Names with a comma, or none: it keeps former names in a list of them.
    "number of previous names|"
    # It compares numbers as they are spelled: 1e3 is not 1000.
    "test failed|"
    # A mark at the beginning of a document that is not the first.
    "did not find expected key")
PANIC = "goroutine 1 [running]"


def render(directory, path="."):
    done = subprocess.run(
        [os.environ["GITOPS"], "render", "--worktree", "--path", path,
         directory], capture_output=True, check=False)
    assert done.returncode in (0, 2), (directory, done)
    return done.returncode, done.stdout, done.stderr.decode()


def differs(directory, path="."):
    """What is wrong, or None."""
    ours, out, err = render(directory, path)
    theirs, wanted, why = build(directory / path)
    why = why.decode(errors="replace")
    if PANIC in why:
        return None
    if ours == 0 and theirs == 0:
        return None if out == wanted else "prints something else"
    if ours and theirs:
        return None
    if ours:
        return None if REFUSED.search(err) else err
    return None if TAKEN.search(why) else why[-400:]


def write(files, directory):
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


# ---- recorded ----

def recorded():
    return sorted(path.parent for path in
                  (SHARED / "kustomize-cases").glob("*/case.json"))


def path_of(case):
    return re.search(r'"path": "([^"]*)"',
                     (case / "case.json").read_text())[1]


def as_recorded(case):
    status, out, _ = render(case / "in", path_of(case))
    wanted = case / "expected.yaml"
    if wanted.exists():
        return status == 0 and out == wanted.read_bytes()
    return status != 0


def test_the_list_is_sorted():
    assert list(KNOWN) == sorted(KNOWN)


@pytest.mark.skipif(not recorded(), reason="the recorded cases are not here")
@pytest.mark.parametrize("case", recorded(), ids=lambda case: case.name)
def test_recorded(case):
    assert as_recorded(case) != (case.name in KNOWN)


# ---- real ----

def corpus():
    return sorted(path.parent for path in
                  (SHARED / "corpus").rglob("kustomization.yaml"))


@needs_go
@pytest.mark.skipif(not corpus(), reason="the corpus is not here")
@pytest.mark.parametrize(
    "path", [str(path.relative_to(SHARED / "corpus")) for path in corpus()])
def test_real_overlay(path):
    assert differs(SHARED / "corpus", path) is None


# ---- our own ----

def archives():
    return sorted((ROOT / "tests" / "golden" / "kustomize").glob("*.txt"))


# What only we say no to.
OURS = {"error-key-twice", "error-sops"}


@needs_go
@pytest.mark.parametrize("path", archives(), ids=lambda path: path.stem)
def test_golden_case_is_what_kustomize_prints(path, tmp_path):
    _, sections = archive.load(path)
    status, out, _ = build(tmp_path / archive.unpack(sections, tmp_path))
    if path.stem in OURS:
        assert status == 0 and "err" in sections
    elif "err" in sections:
        assert status != 0
    else:
        assert out == sections.get("out", b"")


# ---- drawn ----

@needs_go
@pytest.mark.parametrize("first", range(0, SEEDS, BATCH))
def test_composed(first, tmp_path):
    found = {}
    for seed in range(first, min(first + BATCH, SEEDS)):
        files, top = compose(seed)
        write(files, tmp_path / str(seed))
        wrong = differs(tmp_path / str(seed), top)
        if wrong:
            found[seed] = wrong
    assert not found


@needs_go
@pytest.mark.parametrize("name", FAMILIES)
def test_family(name, tmp_path):
    found = {}
    for seed in range(SEEDS // 6):
        write(family(name, seed), tmp_path / str(seed))
        wrong = differs(tmp_path / str(seed))
        if wrong:
            found[seed] = wrong
    assert not found

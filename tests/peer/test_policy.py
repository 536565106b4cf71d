# SPDX-License-Identifier: Apache-2.0
"""Versions, ranges, globs, numbers, templates and references, chosen at
random, beside the libraries that Flux is made of: the same answers, but for
what is known, with its reason.

POLICY_QUESTIONS sets how many are asked in all."""

import collections
import os
import re
import shutil
import subprocess

import pytest

from kustomize import BUILD, PEER, compile_c

QUESTIONS = int(os.environ.get("POLICY_QUESTIONS", 24000))
BATCHES = 4


# A wildcard in a range, and behind it what is neither number nor wildcard; or
# two versions with nothing between them, of which one ends "1 - 2".
WILD_NONSENSE = re.compile(r"[xX*]([0-9xX*|]|\S*\|)|[0-9][xX*]|\d[v.]\S* *$|"
                           r"- +v?[0-9xX*.]+[^ ,|]|(?<!\|)\|(?!\|)")
# A group that is repeated and may be empty: (a*)+, (a?)*, (|a)*.
EMPTY_AGAIN = re.compile(r"[*?]\)[*+]")


def known(kind, args, theirs, ours):
    """Why the answers differ, where they may."""
    if kind == "number" and theirs == "NaN":
        return "NaN is larger than nothing: Flux's choice is by chance"
    if kind == "reference" and theirs.startswith(" ") and ours == "-":
        return "a host with an underscore: the name is left without a host"
    if kind in ("range", "semver") and ours == "error" and \
            WILD_NONSENSE.search(args[0]):
        return "nonsense that its regular expressions pass over"
    if kind in ("range", "semver") and ours == "error" and \
            re.search(r"\d\|\|[0-9xX*]\S* +- ", args[0]):
        return "1||2 - 3, of which its rewriting makes >= 1 || 2, <= 3"
    if kind in ("range", "semver") and theirs == "error" and \
            re.search(r" - +v?[0-9xX*.]+\|\|", args[0]):
        return "1.0.0 - 2.0.0||3.0.0, which its rewriting breaks"
    if kind == "expand" and ours == "error" and \
            re.search(r"(\(\?P<\w+>).*\1", args[0]):
        return "two groups of the same name are refused"
    if kind == "expand" and EMPTY_AGAIN.search(args[0]):
        return "what the last turn of a group held, if that was nothing"
    return None


def ask(seed, n):
    go = BUILD / "policy"
    asked = subprocess.run([go, str(n), str(seed)], check=True,
                           capture_output=True, text=True).stdout
    lines = [line.split("\x1f") for line in asked.splitlines()]
    questions = "".join(question + "\n" for question, _ in lines)
    ours = subprocess.run(
        [compile_c("policy_answers", "image/policy*", "image/reference",
                   "base/*")],
        input=questions, capture_output=True, text=True)
    assert ours.returncode == 0, ours.stderr[-2000:]
    answers = ours.stdout.splitlines()
    assert len(answers) == len(lines) == n
    return [(question.split("\t"), theirs, answer)
            for (question, theirs), answer in zip(lines, answers)]


@pytest.mark.skipif(not shutil.which("go"), reason="needs Go")
@pytest.mark.parametrize("seed", range(BATCHES))
def test_the_answers_are_those_of_flux(seed):
    subprocess.run(["go", "build", "-o", BUILD / "policy", "."],
                   cwd=PEER / "policy", check=True)
    differ, right = [], collections.Counter()
    for (kind, *args), theirs, ours in ask(seed, QUESTIONS // BATCHES):
        if theirs == ours or known(kind, args, theirs, ours):
            right[kind] += theirs not in ("-", "error", "false")
        else:
            differ.append((kind, *args, f"theirs: {theirs}", f"ours: {ours}"))
    assert not differ, "\n".join(map(repr, differ[:40]))
    # Enough of them were no nonsense.
    assert len(right) == 10 and min(right.values()) > 20, right

# SPDX-License-Identifier: Apache-2.0
"""Variables in texts and objects, composed at random, beside the library that
Flux puts them in place with: the same results, but for what is known, with its
reason.

SUBSTITUTE_QUESTIONS sets how many are asked in all."""

import json
import os
import re
import shutil
import subprocess

import pytest

from kustomize import BUILD, PEER, compile_c

QUESTIONS = int(os.environ.get("SUBSTITUTE_QUESTIONS", 40000))
BATCHES = 4

# What our errors say, and what Flux does instead.
REFUSED = {
    "':?' and ':+' are not supported": "takes them for ':-'",
    "to take something away": "leaves the value as it is",
    "expected a number": "leaves the value as it is",
    "its pattern ends": "leaves the value as it is",
    "while scanning a tag": "yaml.v2 takes a comma in one",
    "no UTF-8": "cuts characters into pieces as well, which JSON hides",
    "it has no '}'": "leaves the value as it is for both ^ and ,",
}
FROM_THE_END = re.compile(r"\$\{\w+%%?[^}]*[\[\\$]")


def known(question, theirs, ours):
    """Why the answers differ, where they may."""
    text = question.get("text") or json.dumps(question["object"])
    for words, why in REFUSED.items():
        if words in ours:
            return why if "no '}'" not in words or "^," in text else None
    if FROM_THE_END.search(text):
        return "it reads a pattern for the end from right to left"
    if "\\ufffd" in theirs or theirs == "null" and \
            "é" in json.dumps(question, ensure_ascii=False):
        return "its ? and classes take a piece of a character"
    if theirs == "null" and "\\/" in ours + text:
        return "yaml.v2 does not know the escape \\/ of YAML 1.2"
    if "\\u00c9" in theirs:
        return "it knows capitals that are not ASCII"
    return None


def normal(text):
    """An answer as text: JSON has one kind of number."""
    return json.dumps(json.loads(text, parse_int=float), sort_keys=True)


def ask(seed, n):
    asked = subprocess.run([BUILD / "substitute", str(n), str(seed)],
                           check=True, capture_output=True, text=True).stdout
    lines = [line.split("\x1f") for line in asked.split("\n")[:-1]]
    ours = subprocess.run(
        [compile_c("substitute_answers", "render/s*", "object/object",
                   "document/*", "base/*")],
        input="".join(question + "\n" for question, _ in lines),
        capture_output=True, text=True)
    assert ours.returncode == 0, ours.stderr[-2000:]
    answers = ours.stdout.split("\n")[:-1]
    assert len(answers) == len(lines) == n
    return [(json.loads(question), normal(theirs), normal(answer))
            for (question, theirs), answer in zip(lines, answers)]


@pytest.mark.skipif(not shutil.which("go"), reason="needs Go")
@pytest.mark.parametrize("seed", range(BATCHES))
def test_the_answers_are_those_of_flux(seed):
    subprocess.run(["go", "build", "-o", BUILD / "substitute", "."],
                   cwd=PEER / "substitute", check=True)
    differ, right = [], 0
    for question, theirs, ours in ask(seed, QUESTIONS // BATCHES):
        failed = ours.startswith('{"error": ')
        right += theirs == ours
        if theirs != ("null" if failed else ours) and not known(
                question, theirs, ours):
            differ.append(f"{json.dumps(question)}\n"
                          f"  theirs: {theirs}\n  ours:   {ours}")
    assert not differ, f"{len(differ)}\n" + "\n".join(differ[:30])
    # Enough of them were no nonsense.
    assert right > QUESTIONS // BATCHES // 4, right

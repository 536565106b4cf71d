# SPDX-License-Identifier: Apache-2.0
"""Values of real projects' files, changed one by one: no other byte and no
other value changes.  In every guise a file may come."""

import os
import pathlib
import random
import subprocess

import pytest

from bed.control import ROOT
from bed.driver import driver_path

__all__ = ["driver_path"]

CORPUS = pathlib.Path(os.environ.get("GITOPS_CORPUS",
                                     ROOT.parent / "shared" / "corpus"))
VALUES = ["ghcr.io/acme/web:v1.2.3", "1.10", "yes", "a: b # c", "it's",
          'say "hi"', "[x]", "~", ""]
EACH = 1
# Block scalars, multi-line texts, tags, empty values.
REFUSED = 2


def guises(text):
    yield text
    yield text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    yield b"\xef\xbb\xbf" + text.rstrip(b"\n")


def run(driver, *args):
    done = subprocess.run([driver, *map(str, args)], capture_output=True)
    assert done.returncode in (0, REFUSED), done.stderr
    return done.returncode, done.stdout, done.stderr.decode()


def places(driver, path):
    status, out, _ = run(driver, "places", path)
    if status:
        return None
    return [line.split(" ") for line in out.decode().splitlines()]


def unhex(text):
    return bytes.fromhex(text[1:])


def check(driver, path, place, value, before):
    text = path.read_bytes()
    document, pointer, _, begin, end, _ = place
    status, out, err = run(driver, "splice", path, document,
                           unhex(pointer).decode(), value)
    if status:
        assert f"{path}:" in err and "hint: " in err
        return 0
    begin, end = int(begin), int(end)
    tail = text[end:]
    assert out.startswith(text[:begin]) and out.endswith(tail)
    assert len(out) >= begin + len(tail)
    path.write_bytes(out)
    after = places(driver, path)
    assert len(after) == len(before)
    for was, now in zip(before, after):
        assert was[:2] == now[:2]
        if was is place:
            assert unhex(now[5]) == value.encode()
        else:
            assert was[2] == now[2] and was[5] == now[5]
    path.write_bytes(text)
    return 1


def files():
    return sorted(path for path in CORPUS.rglob("*.y*ml")
                  if path.stat().st_size < 50000)


@pytest.mark.parametrize("part", range(4))
def test_values_of_real_files(driver_path, tmp_path, part):
    chosen = files()[part::4]
    if not chosen:
        pytest.skip("corpus is not beside the project")
    chance = random.Random(part)
    changed = 0
    for source in chosen:
        for n, text in enumerate(guises(source.read_bytes())):
            path = tmp_path / f"{n}.yaml"
            path.write_bytes(text)
            before = places(driver_path, path)
            if not before:
                continue
            scalars = [one for one in before if one[2].startswith("0.")]
            for place in chance.sample(scalars, min(EACH, len(scalars))):
                changed += check(driver_path, path, place,
                                 chance.choice(VALUES), before)
    assert changed > len(chosen)

# SPDX-License-Identifier: Apache-2.0
"""The probes of YAML among the cases of kustomize, read where they lie: those
that need nothing but `resources:`."""

import json
import pathlib

import pytest

from kustomize import ROOT, print_again

CASES = ROOT.parent / "shared" / "kustomize-cases"
NAMES = sorted(p.name for p in CASES.glob("probe.yaml-*"))

# The lines that differ, and why.  This list only shrinks.
BIG = (" 9223372036854775808", " 18446744073709551615",
       " 12345678901234567890")
KNOWN = {
    # From 2^63 to 2^64 - 1 a number is a double to us, as to the API server.
    "probe.yaml-numbers": BIG,
    "probe.yaml-numbers-seq": BIG,
}
# A document without metadata is refused where objects are made, not here.
NO_OBJECT = {"probe.yaml-list-toplevel", "probe.yaml-scalar-toplevel"}


def documents(text):
    """Sorted: the order of objects is not what is asked here."""
    return sorted(("\n" + text).split("\n---\n")) if text else []


@pytest.mark.skipif(not NAMES, reason="../shared is not there")
@pytest.mark.parametrize("name", NAMES or ["none"])
def test_prints_what_kustomize_prints(name):
    case = CASES / name
    if json.loads((case / "case.json").read_text())["features"] != \
            ["resources"]:
        pytest.skip("needs more than resources")
    status, out, err = print_again(case / "in" / "r.yaml")
    if (case / "error").exists():
        assert name in NO_OBJECT or status == 2
        return
    assert status == 0, err.decode()
    want = (case / "expected.yaml").read_bytes().decode()
    got = out.decode()
    if name in KNOWN:
        known = [i for i, line in enumerate(want.splitlines())
                 if line.endswith(KNOWN[name])]
        assert len(known) == len(KNOWN[name])
        differ = [i for i, pair in enumerate(zip(want.splitlines(),
                                                 got.splitlines()))
                  if pair[0] != pair[1]]
        assert differ == known
        return
    assert documents(got.rstrip("\n")) == documents(want.rstrip("\n"))
    if "---\n" not in want:
        assert got == want

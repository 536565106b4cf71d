# SPDX-License-Identifier: Apache-2.0
"""The tables of lib/render/kustomize are those of the modules of go.mod."""

import subprocess

import pytest

from kustomize import PEER, ROOT, kustomize


@pytest.mark.skipif(not kustomize(), reason="needs Go, to read its modules")
@pytest.mark.parametrize("name", ["fieldspecs", "schema", "scope"])
def test_table_is_what_the_program_makes(name):
    done = subprocess.run(["go", "run", "./tables", name], cwd=PEER,
                          capture_output=True, text=True, check=True)
    path = ROOT / "lib" / "render" / "kustomize" / f"table_{name}.c"
    assert done.stdout == path.read_text()
